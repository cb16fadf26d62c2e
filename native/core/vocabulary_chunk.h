#pragma once
#include <ATen/core/Tensor.h>

namespace serl {

// Logits of some rows. Call order: logprobs, entropies, then backward, which may overwrite the logits.
struct VocabularyChunk {
  virtual ~VocabularyChunk() = default;
  virtual at::Tensor logprobs() = 0;   // [C] float32: of the targets
  virtual at::Tensor entropies() = 0;  // [C] float32, nats
  // gradient [C] = d loss / d logprob; writes hiddenGradient [C, hidden], adds to lmHeadGradient [vocab, hidden].
  virtual void backward(const at::Tensor& gradient, at::Tensor hiddenGradient, at::Tensor lmHeadGradient) = 0;
};

}  // namespace serl
