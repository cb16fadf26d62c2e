#pragma once
#include <ATen/core/Tensor.h>

namespace serl {

// Of a loss with respect to what a row's logits give, [C] float32 each.
struct RowGradients {
  at::Tensor logprob;
  at::Tensor entropy;  // undefined: 0
};

// Logits of some rows. Call order: logprobs, entropies, then backward, which may overwrite the logits.
struct VocabularyChunk {
  virtual ~VocabularyChunk() = default;
  virtual at::Tensor logprobs() = 0;   // [C] float32: of the targets
  virtual at::Tensor entropies() = 0;  // [C] float32, nats
  // Writes hiddenGradient [C, hidden], adds to lmHeadGradient [vocab, hidden].
  virtual void backward(const RowGradients& loss, at::Tensor hiddenGradient, at::Tensor lmHeadGradient) = 0;
};

}  // namespace serl
