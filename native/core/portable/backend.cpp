#include "core/portable/backend.h"

#include <ATen/ATen.h>

#include "core/device.h"
#include "core/portable/block_attention.h"
#include "core/portable/layers.h"
#include "core/portable/packed_attention.h"
#include "core/portable/sampler.h"
#include "core/portable/sequences.h"
#include "core/portable/vocabulary_chunk.h"

namespace serl::portable {

at::Tensor PortableBackend::embedding(const at::Tensor& weight, const at::Tensor& tokens) const {
  return portable::embedding(weight, tokens);
}

at::Tensor PortableBackend::rmsNorm(const at::Tensor& x, const at::Tensor& weight) const {
  return portable::rmsNorm(x, weight, config.rmsNormEps);
}

at::Tensor PortableBackend::linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const {
  const WorkTimer timer(context.profile, Work::products);
  return at::linear(x, weight, bias);
}

at::Tensor PortableBackend::normLinear(const at::Tensor& x, const at::Tensor& normWeight, const at::Tensor& weight,
                                       const at::Tensor& bias) const {
  return linear(rmsNorm(x, normWeight), weight, bias);
}

at::Tensor PortableBackend::swigluLinear(const at::Tensor& gateUp, const at::Tensor& weight,
                                         const at::Tensor& bias) const {
  return linear(swiglu(gateUp), weight, bias);
}

QueryKeyValue PortableBackend::splitAndRotate(const at::Tensor& qkv, const LayerWeights& layer,
                                              const RotaryTable& table) const {
  const int64_t query = config.querySize(), keyValue = config.keyValueSize();
  const auto heads = [&](int64_t start, int64_t size) {
    return qkv.narrow(1, start, size).unflatten(1, {size / config.headDim, config.headDim});
  };
  at::Tensor q = heads(0, query), k = heads(query, keyValue);
  if (config.qkNorm) {
    q = portable::rmsNorm(q, layer.qNorm, config.rmsNormEps);
    k = portable::rmsNorm(k, layer.kNorm, config.rmsNormEps);
  }
  return {.q = applyRotary(q, table), .k = applyRotary(k, table), .v = heads(query + keyValue, keyValue)};
}

SequenceBatch PortableBackend::sequences(const SequenceView& view) const {
  return separateSequences(view, config, device);
}

KvCache PortableBackend::newCache(int64_t blocks, at::ScalarType dtype) const {
  KvCache cache(config, blocks, at::TensorOptions().dtype(dtype).device(device));
  // unused slots are multiplied by 0, which must not meet a NaN
  for (int64_t layer = 0; layer < cache.layers(); ++layer) cache.layer(layer).values.zero_();
  return cache;
}

Attend PortableBackend::attendDecode(KvCache& cache, const BlockRows& rows) const {
  return [this, &cache, &rows, tables = blockTables(rows, device)](int64_t layer, const at::Tensor& q,
                                                                   const at::Tensor& k, const at::Tensor& v) {
    const WorkTimer timer(context.profile, Work::attention);
    writeKeysValues(cache.layer(layer), k, v, rows);
    return blockAttention(q, cache.layer(layer), rows, tables, window(layer));
  };
}

Attend PortableBackend::attendPrefill(KvCache& cache, const PrefillPiece& piece) const {
  if (piece.begin == 0) {
    return [this, &cache, &piece, layout = packedLayout(piece.offsets, device)](
               int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
      const WorkTimer timer(context.profile, Work::attention);
      writeKeysValues(cache.layer(layer), k, v, piece.rows);
      return packedAttention(q, k, v, layout, window(layer));
    };
  }
  const BlockRow& last = piece.rows.rows.back();
  const std::vector<int32_t>& blocks = *last.tailBlocks;
  const at::Tensor list =
      upload({blocks.begin(), blocks.begin() + KvCache::blocksFor(last.tailLength)}, device);  // [B]
  return [this, &cache, &piece, list, length = last.tailLength](int64_t layer, const at::Tensor& q, const at::Tensor& k,
                                                                const at::Tensor& v) {
    const WorkTimer timer(context.profile, Work::attention);
    writeKeysValues(cache.layer(layer), k, v, piece.rows);
    return laterAttention(q, cache.layer(layer), list, length, window(layer));
  };
}

Sampled PortableBackend::sample(const at::Tensor& logits, const SampleParams& params,
                                const std::vector<SampleRow>& rows) const {
  const WorkTimer timer(context.profile, Work::sampling);
  return sampleTokens(logits, params, rows);
}

std::unique_ptr<VocabularyChunk> PortableBackend::vocabularyChunk(const at::Tensor& hidden, const at::Tensor& lmHead,
                                                                  const at::Tensor& targets, double temperature) const {
  return portable::vocabularyChunk(hidden, lmHead, targets, temperature);
}

}  // namespace serl::portable
