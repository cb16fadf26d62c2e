#include "core/fused.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/fused_cpu.h"
#include "core/memory_pool.h"
#include "core/product_cpu.h"
#include "core/profile.h"

namespace serl {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The [features, T] memory behind a feature-major activation.
at::Tensor memory(const at::Tensor& x) { return x.t().contiguous(); }
at::Tensor newMemory(int64_t features, int64_t tokens) { return newActivation({features, tokens}); }

// weight [out, in] * in [in, T] -> [out, T]
at::Tensor project(const at::Tensor& weight, const at::Tensor& in) {
  const PartTimer timer(Part::products);
  const int64_t outputs = weight.size(0), inputs = in.size(0), tokens = in.size(1);
  at::Tensor out = newMemory(outputs, tokens);
  cpu::product({outputs, tokens, inputs}, {weight.const_data_ptr<float>(), inputs, 1},
               {in.const_data_ptr<float>(), tokens, 1}, out.mutable_data_ptr<float>(), /*accumulate=*/false);
  return out;
}

// weight transposed * dy [out, T] -> [in, T]
at::Tensor projectBack(const at::Tensor& weight, const at::Tensor& dy) {
  const PartTimer timer(Part::products);
  const int64_t outputs = weight.size(0), inputs = weight.size(1), tokens = dy.size(1);
  at::Tensor dx = newMemory(inputs, tokens);
  cpu::product({inputs, tokens, outputs}, {weight.const_data_ptr<float>(), 1, inputs},
               {dy.const_data_ptr<float>(), tokens, 1}, dx.mutable_data_ptr<float>(), /*accumulate=*/false);
  return dx;
}

// dy [out, T] * in [in, T] transposed, added to weight.grad() where that exists, else returned for autograd to keep.
at::Tensor weightGradient(const at::Tensor& weight, const at::Tensor& dy, const at::Tensor& in) {
  const PartTimer timer(Part::products);
  const int64_t outputs = dy.size(0), inputs = in.size(0), tokens = in.size(1);
  const at::Tensor& gradient = weight.grad();
  at::Tensor dw = gradient.defined() ? gradient : newMemory(outputs, inputs);
  cpu::product({outputs, inputs, tokens}, {dy.const_data_ptr<float>(), tokens, 1},
               {in.const_data_ptr<float>(), 1, tokens}, dw.mutable_data_ptr<float>(), gradient.defined());
  return gradient.defined() ? at::Tensor() : dw;
}

struct Normalised {
  at::Tensor out;      // [features, T]
  at::Tensor inverse;  // [T] one over the root mean square
};

Normalised normalise(const at::Tensor& in, const at::Tensor& weight, float eps) {
  const PartTimer timer(Part::elementwise);
  Normalised n{newMemory(in.size(0), in.size(1)), at::empty({in.size(1)}, in.options())};
  cpu::rmsNormForward({in.size(0), in.size(1)}, in.const_data_ptr<float>(), weight.const_data_ptr<float>(), eps,
                      n.out.mutable_data_ptr<float>(), n.inverse.mutable_data_ptr<float>());
  return n;
}

struct NormGradients {
  at::Tensor dx;       // [features, T]
  at::Tensor dWeight;  // [features]
};

NormGradients normaliseBackward(const at::Tensor& dy, const at::Tensor& in, const at::Tensor& weight,
                                const at::Tensor& inverse) {
  const PartTimer timer(Part::elementwise);
  const at::Tensor dx = newMemory(in.size(0), in.size(1));
  const at::Tensor partials = at::empty({cpu::rmsNormBlocks(in.size(1)), in.size(0)}, in.options());
  cpu::rmsNormBackward({in.size(0), in.size(1)}, dy.const_data_ptr<float>(), in.const_data_ptr<float>(),
                       weight.const_data_ptr<float>(), inverse.const_data_ptr<float>(), dx.mutable_data_ptr<float>(),
                       partials.mutable_data_ptr<float>());
  return {dx, partials.sum(0)};
}

at::Tensor activate(const at::Tensor& gateUp) {  // [2 * intermediate, T] -> [intermediate, T]
  const PartTimer timer(Part::elementwise);
  at::Tensor out = newMemory(gateUp.size(0) / 2, gateUp.size(1));
  cpu::swigluForward(out.size(0), out.size(1), gateUp.const_data_ptr<float>(), out.mutable_data_ptr<float>());
  return out;
}

struct Linear : torch::autograd::Function<Linear> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight) {
    ctx->save_for_backward({x, weight});
    return project(weight, memory(x)).t();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor dy = memory(grads[0]), dw = weightGradient(saved[1], dy, memory(saved[0]));
    return {projectBack(saved[1], dy).t(), dw};
  }
};

struct NormLinear : torch::autograd::Function<NormLinear> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& norm, const at::Tensor& weight,
                            double eps) {
    const at::Tensor in = memory(x);
    const Normalised n = normalise(in, norm, static_cast<float>(eps));
    ctx->save_for_backward({in, norm, weight});
    ctx->saved_data["eps"] = eps;
    return project(weight, n.out).t();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &in = saved[0], &norm = saved[1], &weight = saved[2], dy = memory(grads[0]);
    // normalised again: cheaper than keeping it
    const Normalised n = normalise(in, norm, static_cast<float>(ctx->saved_data["eps"].toDouble()));
    const at::Tensor dw = weightGradient(weight, dy, n.out);
    const NormGradients d = normaliseBackward(projectBack(weight, dy), in, norm, n.inverse);
    return {d.dx.t(), d.dWeight, dw, {}};
  }
};

struct SwigluLinear : torch::autograd::Function<SwigluLinear> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& gateUp, const at::Tensor& weight) {
    const at::Tensor in = memory(gateUp);
    ctx->save_for_backward({in, weight});
    return project(weight, activate(in)).t();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &in = saved[0], &weight = saved[1], dy = memory(grads[0]);
    const at::Tensor dw = weightGradient(weight, dy, activate(in)), dOut = projectBack(weight, dy);
    const at::Tensor dx = newMemory(in.size(0), in.size(1));
    cpu::swigluBackward(dOut.size(0), dOut.size(1), dOut.const_data_ptr<float>(), in.const_data_ptr<float>(),
                        dx.mutable_data_ptr<float>());
    return {dx.t(), dw};
  }
};

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight, double eps) {
    const at::Tensor in = memory(x);
    const Normalised n = normalise(in, weight, static_cast<float>(eps));
    ctx->save_for_backward({in, weight, n.inverse});
    return n.out.t();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const NormGradients d = normaliseBackward(memory(grads[0]), saved[0], saved[1], saved[2]);
    return {d.dx.t(), d.dWeight, {}};
  }
};

struct Rotary : torch::autograd::Function<Rotary> {
  static variable_list forward(AutogradContext* ctx, const at::Tensor& qkv, const at::Tensor& cos,
                               const at::Tensor& sin, int64_t heads, int64_t kvHeads) {
    const PartTimer timer(Part::elementwise);
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
    const PartTimer timer(Part::elementwise);
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

at::Tensor fusedNormLinear(const at::Tensor& x, const at::Tensor& norm, double eps, const at::Tensor& weight) {
  return NormLinear::apply(x, norm, weight, eps);
}

at::Tensor fusedSwigluLinear(const at::Tensor& gateUp, const at::Tensor& weight) {
  return SwigluLinear::apply(gateUp, weight);
}

at::Tensor fusedRmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return RmsNorm::apply(x, weight, eps);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> fusedRotary(const at::Tensor& qkv, const RotaryTable& table,
                                                           int64_t heads, int64_t kvHeads) {
  const variable_list parts = Rotary::apply(qkv, table.cos, table.sin, heads, kvHeads);
  return {parts[0], parts[1], parts[2]};
}

}  // namespace serl
