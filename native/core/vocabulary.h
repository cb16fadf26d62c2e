#pragma once
#include <ATen/core/Tensor.h>

#include <functional>

#include "core/backend.h"

namespace serl {

// Logits of a few hundred tokens at a time; [tokens, vocabulary] never exists whole.

// log p(target) for each row: hidden [A, hidden], lmHead [vocab, hidden], targets [A] int64 -> [A] float32.
// Logits are divided by the temperature; softmax in float32.
at::Tensor targetLogprobs(const Backend& backend, const at::Tensor& hidden, const at::Tensor& lmHead,
                          const at::Tensor& targets, double temperature);

struct VocabularyTargets {
  at::Tensor tokens;  // [A] int64
  double temperature;
};

// Called for rows [begin, begin + logprobs.size(0)) with their log-probs and entropies [C] float32; returns the scaled
// d loss / d logprob [C].
using LossGradient = std::function<at::Tensor(int64_t begin, const at::Tensor& logprobs, const at::Tensor& entropy)>;

// One pass over the vocabulary, forward and backward: a token's loss needs only its own log-prob, so the chunk's
// gradient is known while its logits exist. Adds d/d lmHead to lmHeadGradient (float32 or lmHead's dtype,
// [vocab, hidden]) and returns d/d hidden [A, hidden].
at::Tensor backwardThroughVocabulary(const Backend& backend, const at::Tensor& hidden, const at::Tensor& lmHead,
                                     const VocabularyTargets& targets, const LossGradient& lossGradient,
                                     at::Tensor lmHeadGradient);

}  // namespace serl
