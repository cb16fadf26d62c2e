#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "core/attend.h"
#include "core/block_rows.h"
#include "core/context.h"
#include "core/kv_cache.h"
#include "core/model_config.h"
#include "core/prefill_piece.h"
#include "core/rotary.h"
#include "core/sampling_types.h"
#include "core/sequence_batch.h"
#include "core/token_views.h"
#include "core/vocabulary_chunk.h"
#include "core/weights.h"

namespace serl {

struct QueryKeyValue {
  at::Tensor q;     // [T, heads, headDim]
  at::Tensor k, v;  // [T, kvHeads, headDim]
};

// The operations of one engine that depend on the device or the kernels. Chosen once, when the engine opens; no other
// code checks where a tensor lies. T: tokens of a forward pass; R: rows of a decode step. Differentiable, except for
// the cache and the sampler; vocabulary chunks have their own backward.
class Backend {
 public:
  Backend(const ModelConfig& config, at::Device device, Context& context)
      : config(config), device(device), context(context) {}
  virtual ~Backend() = default;

  // Layers. tokens [T] int64 -> [T, hidden], in the memory layout that this backend's layers prefer.
  virtual at::Tensor embedding(const at::Tensor& weight, const at::Tensor& tokens) const = 0;
  // x [T, features] / rms(x) * weight [features].
  virtual at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight) const = 0;
  // x [T, in], weight [out, in], bias [out] or undefined -> [T, out].
  virtual at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const = 0;
  // linear(rmsNorm(x, normWeight), weight, bias).
  virtual at::Tensor normLinear(const at::Tensor& x, const at::Tensor& normWeight, const at::Tensor& weight,
                                const at::Tensor& bias) const = 0;
  // gateUp [T, 2 * intermediate]: linear(silu(gate) * up, weight, bias).
  virtual at::Tensor swigluLinear(const at::Tensor& gateUp, const at::Tensor& weight, const at::Tensor& bias) const = 0;
  // qkv [T, (heads + 2 kvHeads) * headDim]: split, q and k normalised where the layer has norms for them, and rotated.
  virtual QueryKeyValue splitAndRotate(const at::Tensor& qkv, const LayerWeights& layer,
                                       const RotaryTable& table) const = 0;

  // Training and scoring: the sequences as decoder rows, with their attention.
  virtual SequenceBatch sequences(const SequenceView& view) const = 0;
  // Whether these rows hold a prompt that several sequences begin with once, however long the sequences are.
  virtual bool sharesPrompts() const = 0;

  // Attention of generation. The returned function writes the rows' keys and values into the cache, then attends; the
  // arguments must outlive it.
  virtual KvCache newCache(int64_t blocks, at::ScalarType dtype) const = 0;
  virtual Attend attendDecode(KvCache& cache, const BlockRows& rows) const = 0;
  virtual Attend attendPrefill(KvCache& cache, const PrefillPiece& piece) const = 0;
  // Tokens per prefill piece, including padding where attention pads.
  virtual int64_t prefillTokens() const = 0;

  // logits [R, vocab].
  virtual Sampled sample(const at::Tensor& logits, const SampleParams& params,
                         const std::vector<SampleRow>& rows) const = 0;

  // hidden [C, hidden], lmHead [vocab, hidden], targets [C] int64.
  virtual std::unique_ptr<VocabularyChunk> vocabularyChunk(const at::Tensor& hidden, const at::Tensor& lmHead,
                                                           const at::Tensor& targets, double temperature) const = 0;

  // Whether the host may read and write this backend's tensors.
  virtual bool hostMemory() const = 0;

  const ModelConfig& config;
  const at::Device device;
  Context& context;
};

struct BackendChoice {
  at::Device device;
  at::ScalarType dtype;
  bool portable = false;  // tensor operations, as on any device, instead of the CPU kernels
};

// Throws Error(Unsupported) if the device is not available.
std::unique_ptr<Backend> chooseBackend(const BackendChoice& choice, const ModelConfig& config, Context& context);

}  // namespace serl
