#pragma once
#include "core/backend.h"

namespace serl::portable {

// Tensor operations of libtorch, for any device and floating dtype.
class PortableBackend : public Backend {
 public:
  using Backend::Backend;

  at::Tensor embedding(const at::Tensor& weight, const at::Tensor& tokens) const override;
  at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight) const override;
  at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const override;
  at::Tensor normLinear(const at::Tensor& x, const at::Tensor& normWeight, const at::Tensor& weight,
                        const at::Tensor& bias) const override;
  at::Tensor swigluLinear(const at::Tensor& gateUp, const at::Tensor& weight, const at::Tensor& bias) const override;
  QueryKeyValue splitAndRotate(const at::Tensor& qkv, const LayerWeights& layer,
                               const RotaryTable& table) const override;

  SequenceBatch sequences(const SequenceView& view) const override;
  bool sharesPrompts() const override { return false; }
  KvCache newCache(int64_t blocks, at::ScalarType dtype) const override;
  Attend attendDecode(KvCache& cache, const BlockRows& rows) const override;
  Attend attendPrefill(KvCache& cache, const PrefillPiece& piece) const override;
  int64_t prefillTokens() const override { return 2048; }

  Sampled sample(const at::Tensor& logits, const SampleParams& params,
                 const std::vector<SampleRow>& rows) const override;
  std::unique_ptr<VocabularyChunk> vocabularyChunk(const at::Tensor& hidden, const at::Tensor& lmHead,
                                                   const at::Tensor& targets, double temperature) const override;
  bool hostMemory() const override { return false; }

 protected:
  int64_t window(int64_t layer) const { return config.slidingWindows[static_cast<size_t>(layer)]; }
};

}  // namespace serl::portable
