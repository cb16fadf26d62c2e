#include "core/cpu/fused.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/capsule.h"
#include "core/cpu/elementwise.h"
#include "core/cpu/product.h"
#include "core/portable/layers.h"

namespace serl::cpu {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The [features, T] memory behind a feature-major activation.
at::Tensor memory(const at::Tensor& x) { return x.t().contiguous(); }

// State kept for the backward pass.
struct Kept {
  Context* context;
  at::Tensor sink;  // where the weight's gradient is added; undefined: autograd keeps it
};

Kept kept(Context& context, const at::Tensor& weight) { return {&context, context.gradients.of(weight)}; }

// weight [out, in] * in [in, T] -> [out, T]
at::Tensor project(Context& context, const at::Tensor& weight, const at::Tensor& in) {
  const WorkTimer timer(context.profile, Work::products);
  const int64_t outputs = weight.size(0), inputs = in.size(0), tokens = in.size(1);
  at::Tensor out = context.pool.take({outputs, tokens});
  product({outputs, tokens, inputs}, {weight.const_data_ptr<float>(), inputs, 1},
          {in.const_data_ptr<float>(), tokens, 1}, out.mutable_data_ptr<float>(), /*accumulate=*/false);
  return out;
}

// weight transposed * dy [out, T] -> [in, T]
at::Tensor projectBack(Context& context, const at::Tensor& weight, const at::Tensor& dy) {
  const WorkTimer timer(context.profile, Work::products);
  const int64_t outputs = weight.size(0), inputs = weight.size(1), tokens = dy.size(1);
  at::Tensor dx = context.pool.take({inputs, tokens});
  product({inputs, tokens, outputs}, {weight.const_data_ptr<float>(), 1, inputs},
          {dy.const_data_ptr<float>(), tokens, 1}, dx.mutable_data_ptr<float>(), /*accumulate=*/false);
  return dx;
}

// dy [out, T] * in [in, T] transposed, added to the sink where there is one, else returned for autograd to keep.
at::Tensor weightGradient(const Kept& kept, const at::Tensor& dy, const at::Tensor& in) {
  const WorkTimer timer(kept.context->profile, Work::products);
  const int64_t outputs = dy.size(0), inputs = in.size(0), tokens = in.size(1);
  at::Tensor dw = kept.sink.defined() ? kept.sink : kept.context->pool.take({outputs, inputs});
  product({outputs, inputs, tokens}, {dy.const_data_ptr<float>(), tokens, 1}, {in.const_data_ptr<float>(), 1, tokens},
          dw.mutable_data_ptr<float>(), /*accumulate=*/kept.sink.defined());
  return kept.sink.defined() ? at::Tensor() : dw;
}

struct Normalised {
  at::Tensor out;      // [features, T]
  at::Tensor inverse;  // [T] one over the root mean square
};

Normalised normalise(Context& context, const at::Tensor& in, const Norm& norm) {
  const WorkTimer timer(context.profile, Work::elementwise);
  Normalised n{context.pool.take({in.size(0), in.size(1)}), at::empty({in.size(1)}, in.options())};
  rmsNormForward({in.size(0), in.size(1)}, in.const_data_ptr<float>(), norm.weight.const_data_ptr<float>(),
                 static_cast<float>(norm.eps), n.out.mutable_data_ptr<float>(), n.inverse.mutable_data_ptr<float>());
  return n;
}

struct NormGradients {
  at::Tensor dx;       // [features, T]
  at::Tensor dWeight;  // [features]
};

NormGradients normaliseBackward(Context& context, const at::Tensor& dy, const at::Tensor& in, const at::Tensor& weight,
                                const at::Tensor& inverse) {
  const WorkTimer timer(context.profile, Work::elementwise);
  const at::Tensor dx = context.pool.take({in.size(0), in.size(1)});
  const at::Tensor partials = at::empty({rmsNormBlocks(in.size(1)), in.size(0)}, in.options());
  rmsNormBackward({in.size(0), in.size(1)}, dy.const_data_ptr<float>(), in.const_data_ptr<float>(),
                  weight.const_data_ptr<float>(), inverse.const_data_ptr<float>(), dx.mutable_data_ptr<float>(),
                  partials.mutable_data_ptr<float>());
  return {dx, partials.sum(0)};
}

at::Tensor activate(Context& context, const at::Tensor& gateUp) {  // [2 * intermediate, T] -> [intermediate, T]
  const WorkTimer timer(context.profile, Work::elementwise);
  at::Tensor out = context.pool.take({gateUp.size(0) / 2, gateUp.size(1)});
  swigluForward(out.size(0), out.size(1), gateUp.const_data_ptr<float>(), out.mutable_data_ptr<float>());
  return out;
}

struct Embedding : torch::autograd::Function<Embedding> {
  static at::Tensor forward(AutogradContext* ctx, Context& context, const at::Tensor& weight,
                            const at::Tensor& tokens) {
    ctx->save_for_backward({tokens});
    ctx->saved_data["kept"] = keep(kept(context, weight));
    return at::embedding(weight, tokens);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    at::Tensor sink = dataOf<Kept>(ctx->saved_data["kept"]).sink;
    // as large as the vocabulary and nearly all zeros: added in place
    sink.index_add_(0, ctx->get_saved_variables()[0], grads[0].contiguous());
    return {{}, {}, {}};
  }
};

struct Linear : torch::autograd::Function<Linear> {
  static at::Tensor forward(AutogradContext* ctx, Context& context, const at::Tensor& x, const at::Tensor& weight) {
    ctx->save_for_backward({x, weight});
    ctx->saved_data["kept"] = keep(kept(context, weight));
    return project(context, weight, memory(x)).t();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const Kept& kept = dataOf<Kept>(ctx->saved_data["kept"]);
    const at::Tensor dy = memory(grads[0]), dw = weightGradient(kept, dy, memory(saved[0]));
    return {{}, projectBack(*kept.context, saved[1], dy).t(), dw};
  }
};

struct NormLinear : torch::autograd::Function<NormLinear> {
  static at::Tensor forward(AutogradContext* ctx, Context& context, const at::Tensor& x, const at::Tensor& norm,
                            double eps, const at::Tensor& weight) {
    const at::Tensor in = memory(x);
    const Normalised n = normalise(context, in, {norm, eps});
    ctx->save_for_backward({in, norm, weight});
    ctx->saved_data["eps"] = eps;
    ctx->saved_data["kept"] = keep(kept(context, weight));
    return project(context, weight, n.out).t();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const Kept& kept = dataOf<Kept>(ctx->saved_data["kept"]);
    Context& context = *kept.context;
    const at::Tensor &in = saved[0], &norm = saved[1], &weight = saved[2], dy = memory(grads[0]);
    // normalised again: cheaper than keeping it
    const Normalised n = normalise(context, in, {norm, ctx->saved_data["eps"].toDouble()});
    const at::Tensor dw = weightGradient(kept, dy, n.out);
    const NormGradients d = normaliseBackward(context, projectBack(context, weight, dy), in, norm, n.inverse);
    return {{}, d.dx.t(), d.dWeight, {}, dw};
  }
};

struct SwigluLinear : torch::autograd::Function<SwigluLinear> {
  static at::Tensor forward(AutogradContext* ctx, Context& context, const at::Tensor& gateUp,
                            const at::Tensor& weight) {
    const at::Tensor in = memory(gateUp);
    ctx->save_for_backward({in, weight});
    ctx->saved_data["kept"] = keep(kept(context, weight));
    return project(context, weight, activate(context, in)).t();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const Kept& kept = dataOf<Kept>(ctx->saved_data["kept"]);
    Context& context = *kept.context;
    const at::Tensor &in = saved[0], &weight = saved[1], dy = memory(grads[0]);
    const at::Tensor dw = weightGradient(kept, dy, activate(context, in)), dOut = projectBack(context, weight, dy);
    const at::Tensor dx = context.pool.take({in.size(0), in.size(1)});
    swigluBackward(dOut.size(0), dOut.size(1), dOut.const_data_ptr<float>(), in.const_data_ptr<float>(),
                   dx.mutable_data_ptr<float>());
    return {{}, dx.t(), dw};
  }
};

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static at::Tensor forward(AutogradContext* ctx, Context& context, const at::Tensor& x, const at::Tensor& weight,
                            double eps) {
    const at::Tensor in = memory(x);
    const Normalised n = normalise(context, in, {weight, eps});
    ctx->save_for_backward({in, weight, n.inverse});
    ctx->saved_data["context"] = keep(&context);
    return n.out.t();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    Context& context = *dataOf<Context*>(ctx->saved_data["context"]);
    const NormGradients d = normaliseBackward(context, memory(grads[0]), saved[0], saved[1], saved[2]);
    return {{}, d.dx.t(), d.dWeight, {}};
  }
};

struct Rotary : torch::autograd::Function<Rotary> {
  static variable_list forward(AutogradContext* ctx, Context& context, const at::Tensor& qkv, const at::Tensor& cos,
                               const at::Tensor& sin, int64_t heads, int64_t kvHeads) {
    const WorkTimer timer(context.profile, Work::elementwise);
    const at::Tensor in = memory(qkv);
    const int64_t tokens = in.size(1), dim = in.size(0) / (heads + 2 * kvHeads);
    const at::Tensor q = at::empty({tokens, heads, dim}, in.options());
    const at::Tensor k = at::empty({tokens, kvHeads, dim}, in.options()),
                     v = at::empty({tokens, kvHeads, dim}, in.options());
    rotaryForward({tokens, heads, kvHeads, dim}, in.const_data_ptr<float>(), cos.const_data_ptr<float>(),
                  sin.const_data_ptr<float>(), q.mutable_data_ptr<float>(), k.mutable_data_ptr<float>(),
                  v.mutable_data_ptr<float>());
    ctx->save_for_backward({cos, sin});
    ctx->saved_data["context"] = keep(&context);
    return {q, k, v};
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    Context& context = *dataOf<Context*>(ctx->saved_data["context"]);
    const WorkTimer timer(context.profile, Work::elementwise);
    const at::Tensor dq = grads[0].contiguous(), dk = grads[1].contiguous(), dv = grads[2].contiguous();
    const int64_t tokens = dq.size(0), heads = dq.size(1), kvHeads = dk.size(1), dim = dq.size(2);
    const at::Tensor dqkv = context.pool.take({(heads + 2 * kvHeads) * dim, tokens});
    rotaryBackward({tokens, heads, kvHeads, dim}, dq.const_data_ptr<float>(), dk.const_data_ptr<float>(),
                   dv.const_data_ptr<float>(), saved[0].const_data_ptr<float>(), saved[1].const_data_ptr<float>(),
                   dqkv.mutable_data_ptr<float>());
    return {{}, dqkv.t(), {}, {}, {}, {}};
  }
};

}  // namespace

at::Tensor embedding(Context& context, const at::Tensor& weight, const at::Tensor& tokens) {
  const bool collected = context.gradients.of(weight).defined();
  const at::Tensor rows =
      collected ? Embedding::apply(context, weight, tokens) : portable::embedding(weight, tokens);  // [T, hidden]
  return rows.t().contiguous().t();
}

at::Tensor linear(Context& context, const at::Tensor& x, const at::Tensor& weight) {
  return Linear::apply(context, x, weight);
}

at::Tensor normLinear(Context& context, const at::Tensor& x, const Norm& norm, const at::Tensor& weight) {
  return NormLinear::apply(context, x, norm.weight, norm.eps, weight);
}

at::Tensor swigluLinear(Context& context, const at::Tensor& gateUp, const at::Tensor& weight) {
  return SwigluLinear::apply(context, gateUp, weight);
}

at::Tensor rmsNorm(Context& context, const at::Tensor& x, const Norm& norm) {
  return RmsNorm::apply(context, x, norm.weight, norm.eps);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> splitAndRotate(Context& context, const at::Tensor& qkv,
                                                              const RotaryTable& table, int64_t heads,
                                                              int64_t kvHeads) {
  const variable_list parts = Rotary::apply(context, qkv, table.cos, table.sin, heads, kvHeads);
  return {parts[0], parts[1], parts[2]};
}

}  // namespace serl::cpu
