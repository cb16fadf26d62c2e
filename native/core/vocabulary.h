#pragma once
#include <ATen/core/Tensor.h>

#include <functional>

#include "core/backend.h"
#include "core/vocabulary_chunk.h"

namespace serl {

// Logits of a few hundred tokens at a time; [tokens, vocabulary] never exists whole.

struct VocabularyTargets {
  at::Tensor tokens;  // [A] int64
  double temperature;
};

// [A] float32 each, nats.
struct TokenScores {
  at::Tensor logprobs;   // of the targets
  at::Tensor entropies;  // of the next token; undefined unless asked for
};

// For each row: hidden [A, hidden], lmHead [vocab, hidden]. Logits are divided by the temperature; softmax in float32.
TokenScores tokenScores(const Backend& backend, const at::Tensor& hidden, const at::Tensor& lmHead,
                        const VocabularyTargets& targets, bool entropies);

// Called for rows [begin, begin + logprobs.size(0)) with their log-probs and entropies [C] float32; returns the scaled
// gradients of the loss.
using LossGradient = std::function<RowGradients(int64_t begin, const TokenScores& scores)>;

// One pass over the vocabulary, forward and backward: a token's loss needs only its own log-prob, so the chunk's
// gradient is known while its logits exist. Adds d/d lmHead to lmHeadGradient (float32 or lmHead's dtype,
// [vocab, hidden]) and returns d/d hidden [A, hidden].
at::Tensor backwardThroughVocabulary(const Backend& backend, const at::Tensor& hidden, const at::Tensor& lmHead,
                                     const VocabularyTargets& targets, const LossGradient& lossGradient,
                                     at::Tensor lmHeadGradient);

}  // namespace serl
