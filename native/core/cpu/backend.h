#pragma once
#include "core/portable/backend.h"

namespace serl::cpu {

// CPU kernels for attention, cache and sampling, which widen other types to float32; layers as tensor operations.
// Activations are feature-major underneath (strides [1, T]): weight times x transposed is the faster product, and an
// element-wise kernel meets one feature of many tokens as one vector.
class WideningBackend : public portable::PortableBackend {
 public:
  using PortableBackend::PortableBackend;

  at::Tensor embedding(const at::Tensor& weight, const at::Tensor& tokens) const override;
  at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const override;
  SequenceBatch sequences(const SequenceView& view) const override;
  bool sharesPrompts() const override;
  KvCache newCache(int64_t blocks, at::ScalarType dtype) const override;
  Attend attendDecode(KvCache& cache, const BlockRows& rows) const override;
  Attend attendPrefill(KvCache& cache, const PrefillPiece& piece) const override;
  int64_t prefillTokens() const override { return 512; }  // products are fastest from a few hundred rows on
  Sampled sample(const at::Tensor& logits, const SampleParams& params,
                 const std::vector<SampleRow>& rows) const override;
  bool hostMemory() const override { return true; }

 private:
  Attend attendBlocks(KvCache& cache, const BlockRows& rows) const;
};

// Kernels for everything that is float32, except for layers with norms of queries and keys, which split and rotate as
// tensor operations.
class FloatBackend : public WideningBackend {
 public:
  using WideningBackend::WideningBackend;

  at::Tensor embedding(const at::Tensor& weight, const at::Tensor& tokens) const override;
  at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight) const override;
  at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const override;
  at::Tensor normLinear(const at::Tensor& x, const at::Tensor& normWeight, const at::Tensor& weight,
                        const at::Tensor& bias) const override;
  at::Tensor swigluLinear(const at::Tensor& gateUp, const at::Tensor& weight, const at::Tensor& bias) const override;
  QueryKeyValue splitAndRotate(const at::Tensor& qkv, const LayerWeights& layer,
                               const RotaryTable& table) const override;
  std::unique_ptr<VocabularyChunk> vocabularyChunk(const at::Tensor& hidden, const at::Tensor& lmHead,
                                                   const at::Tensor& targets, double temperature) const override;
};

}  // namespace serl::cpu
