#include "core/decoder.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/fused.h"
#include "core/layers.h"

namespace serl {
namespace {

// A frequent token's gradient is a long sum, which stops growing in bfloat16: summed in float32, rounded once.
struct Embedding : torch::autograd::Function<Embedding> {
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& weight, const at::Tensor& tokens) {
    ctx->save_for_backward({tokens, weight});
    return at::embedding(weight, tokens);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    const torch::autograd::variable_list saved = ctx->get_saved_variables();
    const at::Tensor &tokens = saved[0], &weight = saved[1];
    // as large as the vocabulary, and nearly all of it zeros: on the CPU straight into what is there
    if (weight.is_cpu() && weight.grad().defined() && weight.grad().scalar_type() == at::kFloat) {
      weight.grad().index_add_(0, tokens, grads[0].to(at::kFloat).contiguous());
      return {{}, {}};
    }
    const at::Tensor sum = at::embedding_dense_backward(grads[0].to(at::kFloat), tokens, weight.size(0),
                                                        /*padding_idx=*/-1, /*scale_grad_by_freq=*/false);
    return {sum.to(grads[0].scalar_type()), {}};
  }
};

at::Tensor norm(const ModelConfig& config, const at::Tensor& x, const at::Tensor& weight) {
  return usesCpuKernels(config, x) ? fusedRmsNorm(x, weight, config.rmsNormEps) : rmsNorm(x, weight, config.rmsNormEps);
}

at::Tensor plusBias(const at::Tensor& x, const at::Tensor& bias) { return bias.defined() ? x + bias : x; }

// The product of the normalised input.
at::Tensor normLinear(const ModelConfig& config, const at::Tensor& x, const at::Tensor& normWeight,
                      const at::Tensor& weight, const at::Tensor& bias) {
  if (!usesCpuProducts(config, x)) return linear(config, norm(config, x, normWeight), weight, bias);
  return plusBias(fusedNormLinear(x, normWeight, config.rmsNormEps, weight), bias);
}

at::Tensor mlpBlock(const LayerWeights& w, const ModelConfig& config, const at::Tensor& x) {
  const at::Tensor gateUp = normLinear(config, x, w.postAttentionNorm, w.gateUp, w.gateUpBias);  // [T, 2 * inter]
  if (usesCpuProducts(config, x)) return plusBias(fusedSwigluLinear(gateUp, w.down), w.downBias);
  return linear(config, swiglu(gateUp), w.down, w.downBias);
}

at::Tensor attentionBlock(const LayerWeights& w, const ModelConfig& config, int64_t layer, const at::Tensor& x,
                          const RotaryTable& rotary, const Attend& attend) {
  const int64_t query = config.querySize(), keyValue = config.keyValueSize();
  const at::Tensor qkv = normLinear(config, x, w.inputNorm, w.qkv, w.qkvBias);  // [T, (heads + 2 kvHeads) * headDim]
  if (usesCpuKernels(config, qkv) && !config.qkNorm) {
    const auto [q, k, v] = fusedRotary(qkv, rotary, config.numAttentionHeads, config.numKeyValueHeads);
    return linear(config, attend(layer, q, k, v), w.output, w.outputBias);
  }
  const auto heads = [&](int64_t start, int64_t size) {
    return qkv.narrow(1, start, size).unflatten(1, {size / config.headDim, config.headDim});
  };
  at::Tensor q = heads(0, query), k = heads(query, keyValue);  // [T, heads, headDim]
  if (config.qkNorm) {
    q = rmsNorm(q, w.qNorm, config.rmsNormEps);
    k = rmsNorm(k, w.kNorm, config.rmsNormEps);
  }
  const at::Tensor v = heads(query + keyValue, keyValue);
  return linear(config, attend(layer, applyRotary(q, rotary), applyRotary(k, rotary), v), w.output, w.outputBias);
}

at::Tensor decoderLayer(const LayerWeights& w, const ModelConfig& config, int64_t layer, const at::Tensor& x,
                        const RotaryTable& rotary, const Attend& attend) {
  const at::Tensor attended = x + attentionBlock(w, config, layer, x, rotary, attend);
  return attended + mlpBlock(w, config, attended);
}

using Layer = std::function<at::Tensor(const at::Tensor&)>;

// What autograd keeps a layer in.
struct LayerHolder : torch::CustomClassHolder {
  explicit LayerHolder(Layer layer) : layer(std::move(layer)) {}
  Layer layer;
};

struct Checkpointed : torch::autograd::Function<Checkpointed> {
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& x, const Layer& layer) {
    ctx->save_for_backward({x});
    ctx->saved_data["layer"] = c10::IValue::make_capsule(c10::make_intrusive<LayerHolder>(layer));
    return layer(x);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    const at::AutoGradMode again(true);
    const at::Tensor x = ctx->get_saved_variables()[0].detach().set_requires_grad(true);
    const auto holder = ctx->saved_data["layer"].toCapsule();
    static_cast<const LayerHolder&>(*holder).layer(x).backward(grads[0]);
    return {x.grad(), {}};
  }
};

// Layers by layer, each run by `step`.
template <typename Step>
at::Tensor forwardThrough(const Weights& weights, const ModelConfig& config, const at::Tensor& tokens,
                          const at::Tensor& positions, const Step& step) {
  at::Tensor x = Embedding::apply(weights.embedding, tokens);  // [T, hidden]
  if (x.is_cpu()) x = x.t().contiguous().t();                  // feature-major from here on, see linear()
  const RotaryTable rotary = rotaryTable(config, positions, x.scalar_type());
  for (int64_t layer = 0; layer < config.numHiddenLayers; ++layer) x = step(layer, x, rotary);
  return norm(config, x, weights.norm);
}

}  // namespace

at::Tensor decoderForward(const Weights& weights, const ModelConfig& config, const at::Tensor& tokens,
                          const at::Tensor& positions, const Attend& attend) {
  return forwardThrough(weights, config, tokens, positions,
                        [&](int64_t layer, const at::Tensor& x, const RotaryTable& rotary) {
                          const LayerWeights& w = weights.layers[static_cast<size_t>(layer)];
                          return decoderLayer(w, config, layer, x, rotary, attend);
                        });
}

at::Tensor checkpointedForward(const Weights& weights, const ModelConfig& config, const at::Tensor& tokens,
                               const at::Tensor& positions, const Attend& attend) {
  return forwardThrough(weights, config, tokens, positions,
                        [&](int64_t layer, const at::Tensor& x, const RotaryTable& rotary) {
                          const LayerWeights& w = weights.layers[static_cast<size_t>(layer)];
                          return Checkpointed::apply(x, [&config, &w, &attend, layer, rotary](const at::Tensor& input) {
                            return decoderLayer(w, config, layer, input, rotary, attend);
                          });
                        });
}

}  // namespace serl
