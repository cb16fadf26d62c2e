#include "core/cpu/backend.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/cpu/block_attention.h"
#include "core/cpu/cache_write.h"
#include "core/cpu/fused.h"
#include "core/cpu/product.h"
#include "core/cpu/sampler.h"
#include "core/cpu/sequences.h"
#include "core/cpu/vocabulary_chunk.h"
#include "core/portable/layers.h"

namespace serl::cpu {
namespace {

// Below it libtorch's product is up to 1.7 times faster the usual way round (bench/products.py).
constexpr int64_t kFeatureMajorRows = 16;

int64_t longest(const SequenceView& view) {
  int64_t length = 0;
  for (int64_t i = 0; i < view.sequences(); ++i)
    length = std::max(length, static_cast<int64_t>(view.sequence(i).size()));
  return length;
}

at::Tensor plusBias(const at::Tensor& x, const at::Tensor& bias) { return bias.defined() ? x + bias : x; }

}  // namespace

at::Tensor WideningBackend::embedding(const at::Tensor& weight, const at::Tensor& tokens) const {
  return portable::embedding(weight, tokens).t().contiguous().t();
}

at::Tensor WideningBackend::linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const {
  if (x.size(0) < kFeatureMajorRows) return PortableBackend::linear(x, weight, bias);
  const WorkTimer timer(context.profile, Work::products);
  return plusBias(at::mm(weight, x.t()).t(), bias);
}

SequenceBatch WideningBackend::sequences(const SequenceView& view) const {
  return windowed(config, longest(view)) ? PortableBackend::sequences(view) : sharedSequences(view, context.profile);
}

bool WideningBackend::sharesPrompts() const { return !windowed(config, config.maxPositionEmbeddings); }

KvCache WideningBackend::newCache(int64_t blocks, at::ScalarType dtype) const {
  return {config, blocks, at::TensorOptions().dtype(dtype).device(device)};
}

Attend WideningBackend::attendBlocks(KvCache& cache, const BlockRows& rows) const {
  return [this, &cache, &rows](int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    const WorkTimer timer(context.profile, Work::attention);
    writeKeysValues(cache.layer(layer), k, v, rows);
    return blockAttention(q, cache.layer(layer), rows, window(layer));
  };
}

Attend WideningBackend::attendDecode(KvCache& cache, const BlockRows& rows) const { return attendBlocks(cache, rows); }

Attend WideningBackend::attendPrefill(KvCache& cache, const PrefillPiece& piece) const {
  return attendBlocks(cache, piece.rows);
}

Sampled WideningBackend::sample(const at::Tensor& logits, const SampleParams& params,
                                const std::vector<SampleRow>& rows) const {
  const WorkTimer timer(context.profile, Work::sampling);
  return sampleTokens(logits, params, rows);
}

at::Tensor FloatBackend::embedding(const at::Tensor& weight, const at::Tensor& tokens) const {
  return cpu::embedding(context, weight, tokens);
}

at::Tensor FloatBackend::rmsNorm(const at::Tensor& x, const at::Tensor& weight) const {
  return cpu::rmsNorm(context, x, {weight, config.rmsNormEps});
}

at::Tensor FloatBackend::linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const {
  if (!productIsFast()) return WideningBackend::linear(x, weight, bias);
  return plusBias(cpu::linear(context, x, weight), bias);
}

at::Tensor FloatBackend::normLinear(const at::Tensor& x, const at::Tensor& normWeight, const at::Tensor& weight,
                                    const at::Tensor& bias) const {
  if (!productIsFast()) return WideningBackend::normLinear(x, normWeight, weight, bias);
  return plusBias(cpu::normLinear(context, x, {normWeight, config.rmsNormEps}, weight), bias);
}

at::Tensor FloatBackend::swigluLinear(const at::Tensor& gateUp, const at::Tensor& weight,
                                      const at::Tensor& bias) const {
  if (!productIsFast()) return WideningBackend::swigluLinear(gateUp, weight, bias);
  return plusBias(cpu::swigluLinear(context, gateUp, weight), bias);
}

QueryKeyValue FloatBackend::splitAndRotate(const at::Tensor& qkv, const LayerWeights& layer,
                                           const RotaryTable& table) const {
  if (config.qkNorm) return WideningBackend::splitAndRotate(qkv, layer, table);
  const auto [q, k, v] = cpu::splitAndRotate(context, qkv, table, config.numAttentionHeads, config.numKeyValueHeads);
  return {.q = q, .k = k, .v = v};
}

std::unique_ptr<VocabularyChunk> FloatBackend::vocabularyChunk(const at::Tensor& hidden, const at::Tensor& lmHead,
                                                               const at::Tensor& targets, double temperature) const {
  if (!productIsFast()) return WideningBackend::vocabularyChunk(hidden, lmHead, targets, temperature);
  return cpu::vocabularyChunk(context, hidden, lmHead, targets, temperature);
}

}  // namespace serl::cpu
