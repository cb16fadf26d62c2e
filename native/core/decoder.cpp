#include "core/decoder.h"

#include <ATen/ATen.h>

#include "core/layers.h"

namespace serl {
namespace {

at::Tensor attentionBlock(const LayerWeights& w, const ModelConfig& config, int64_t layer, const at::Tensor& x,
                          const RotaryTable& rotary, const Attend& attend) {
  const int64_t tokens = x.size(0), query = config.querySize(), keyValue = config.keyValueSize();
  const at::Tensor qkv = linear(x, w.qkv, w.qkvBias);  // [T, (heads + 2 kvHeads) * headDim]
  const auto heads = [&](int64_t start, int64_t size) {
    return qkv.narrow(1, start, size).unflatten(1, {size / config.headDim, config.headDim});
  };
  at::Tensor q = heads(0, query), k = heads(query, keyValue);  // [T, heads, headDim]
  if (config.qkNorm) {
    q = rmsNorm(q, w.qNorm, config.rmsNormEps);
    k = rmsNorm(k, w.kNorm, config.rmsNormEps);
  }
  const at::Tensor attended =
      attend(layer, applyRotary(q, rotary), applyRotary(k, rotary), heads(query + keyValue, keyValue));
  TORCH_INTERNAL_ASSERT(attended.size(0) == tokens && attended.size(1) == query);
  return linear(attended, w.output, w.outputBias);
}

}  // namespace

at::Tensor decoderForward(const Weights& weights, const ModelConfig& config, const at::Tensor& tokens,
                          const at::Tensor& positions, const Attend& attend) {
  at::Tensor x = at::embedding(weights.embedding, tokens);  // [T, hidden]
  if (x.is_cpu()) x = x.t().contiguous().t();               // feature-major from here on, see linear()
  const RotaryTable rotary = rotaryTable(config, positions, x.scalar_type());
  for (int64_t layer = 0; layer < config.numHiddenLayers; ++layer) {
    const LayerWeights& w = weights.layers[static_cast<size_t>(layer)];
    x = x + attentionBlock(w, config, layer, rmsNorm(x, w.inputNorm, config.rmsNormEps), rotary, attend);
    const at::Tensor hidden = rmsNorm(x, w.postAttentionNorm, config.rmsNormEps);
    x = x + linear(swiglu(linear(hidden, w.gateUp, w.gateUpBias)), w.down, w.downBias);
  }
  return rmsNorm(x, weights.norm, config.rmsNormEps);
}

}  // namespace serl
