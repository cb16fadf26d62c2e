#include "core/fused.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/fused_cpu.h"
#include "core/product_cpu.h"

namespace serl {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The [features, T] memory behind a feature-major activation.
at::Tensor memory(const at::Tensor& x) { return x.t().contiguous(); }
at::Tensor newMemory(int64_t features, int64_t tokens) {
  return at::empty({features, tokens}, at::TensorOptions().dtype(at::kFloat));
}

struct Linear : torch::autograd::Function<Linear> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight) {
    const at::Tensor in = memory(x);  // [in, T]
    const int64_t outputs = weight.size(0), inputs = in.size(0), tokens = in.size(1);
    const at::Tensor out = newMemory(outputs, tokens);
    cpu::product({outputs, tokens, inputs}, {weight.const_data_ptr<float>(), inputs, 1},
                 {in.const_data_ptr<float>(), tokens, 1}, out.mutable_data_ptr<float>(), /*accumulate=*/false);
    ctx->save_for_backward({in, weight});
    return out.t();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &in = saved[0], &weight = saved[1], dy = memory(grads[0]);  // [in, T], [out, in], [out, T]
    const int64_t outputs = weight.size(0), inputs = in.size(0), tokens = in.size(1);
    const at::Tensor dx = newMemory(inputs, tokens);
    cpu::product({inputs, tokens, outputs}, {weight.const_data_ptr<float>(), 1, inputs},
                 {dy.const_data_ptr<float>(), tokens, 1}, dx.mutable_data_ptr<float>(), /*accumulate=*/false);
    const at::Tensor& gradient = weight.grad();
    const at::Tensor dw = gradient.defined() ? gradient : newMemory(outputs, inputs);
    cpu::product({outputs, inputs, tokens}, {dy.const_data_ptr<float>(), tokens, 1},
                 {in.const_data_ptr<float>(), 1, tokens}, dw.mutable_data_ptr<float>(), gradient.defined());
    return {dx.t(), gradient.defined() ? at::Tensor() : dw};
  }
};

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight, double eps) {
    const at::Tensor in = memory(x);
    const at::Tensor out = newMemory(in.size(0), in.size(1)), inverse = at::empty({in.size(1)}, in.options());
    cpu::rmsNormForward({in.size(0), in.size(1)}, in.const_data_ptr<float>(), weight.const_data_ptr<float>(),
                        static_cast<float>(eps), out.mutable_data_ptr<float>(), inverse.mutable_data_ptr<float>());
    ctx->save_for_backward({in, weight, inverse});
    return out.t();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &in = saved[0], &weight = saved[1];
    const at::Tensor dy = memory(grads[0]), dx = newMemory(in.size(0), in.size(1));
    const at::Tensor partials = at::empty({cpu::rmsNormBlocks(in.size(1)), in.size(0)}, in.options());
    cpu::rmsNormBackward({in.size(0), in.size(1)}, dy.const_data_ptr<float>(), in.const_data_ptr<float>(),
                         weight.const_data_ptr<float>(), saved[2].const_data_ptr<float>(), dx.mutable_data_ptr<float>(),
                         partials.mutable_data_ptr<float>());
    return {dx.t(), partials.sum(0), {}};
  }
};

struct Swiglu : torch::autograd::Function<Swiglu> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& gateUp) {
    const at::Tensor in = memory(gateUp), out = newMemory(in.size(0) / 2, in.size(1));
    cpu::swigluForward(out.size(0), out.size(1), in.const_data_ptr<float>(), out.mutable_data_ptr<float>());
    ctx->save_for_backward({in});
    return out.t();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const at::Tensor in = ctx->get_saved_variables()[0], dy = memory(grads[0]), dx = newMemory(in.size(0), in.size(1));
    cpu::swigluBackward(dy.size(0), dy.size(1), dy.const_data_ptr<float>(), in.const_data_ptr<float>(),
                        dx.mutable_data_ptr<float>());
    return {dx.t()};
  }
};

struct Rotary : torch::autograd::Function<Rotary> {
  static variable_list forward(AutogradContext* ctx, const at::Tensor& qkv, const at::Tensor& cos,
                               const at::Tensor& sin, int64_t heads, int64_t kvHeads) {
    const at::Tensor in = memory(qkv);
    const int64_t tokens = in.size(1), dim = in.size(0) / (heads + 2 * kvHeads);
    const at::Tensor q = at::empty({tokens, heads, dim}, in.options());
    const at::Tensor k = at::empty({tokens, kvHeads, dim}, in.options()),
                     v = at::empty({tokens, kvHeads, dim}, in.options());
    cpu::rotaryForward({tokens, heads, kvHeads, dim}, in.const_data_ptr<float>(), cos.const_data_ptr<float>(),
                       sin.const_data_ptr<float>(), q.mutable_data_ptr<float>(), k.mutable_data_ptr<float>(),
                       v.mutable_data_ptr<float>());
    ctx->save_for_backward({cos, sin});
    return {q, k, v};
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor dq = grads[0].contiguous(), dk = grads[1].contiguous(), dv = grads[2].contiguous();
    const int64_t tokens = dq.size(0), heads = dq.size(1), kvHeads = dk.size(1), dim = dq.size(2);
    const at::Tensor dqkv = newMemory((heads + 2 * kvHeads) * dim, tokens);
    cpu::rotaryBackward({tokens, heads, kvHeads, dim}, dq.const_data_ptr<float>(), dk.const_data_ptr<float>(),
                        dv.const_data_ptr<float>(), saved[0].const_data_ptr<float>(), saved[1].const_data_ptr<float>(),
                        dqkv.mutable_data_ptr<float>());
    return {dqkv.t(), {}, {}, {}, {}};
  }
};

}  // namespace

at::Tensor fusedLinear(const at::Tensor& x, const at::Tensor& weight) { return Linear::apply(x, weight); }

at::Tensor fusedRmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return RmsNorm::apply(x, weight, eps);
}

at::Tensor fusedSwiglu(const at::Tensor& gateUp) { return Swiglu::apply(gateUp); }

std::tuple<at::Tensor, at::Tensor, at::Tensor> fusedRotary(const at::Tensor& qkv, const RotaryTable& table,
                                                           int64_t heads, int64_t kvHeads) {
  const variable_list parts = Rotary::apply(qkv, table.cos, table.sin, heads, kvHeads);
  return {parts[0], parts[1], parts[2]};
}

}  // namespace serl
