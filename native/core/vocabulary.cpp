#include "core/vocabulary.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace serl {
namespace {

constexpr int64_t kChunkElements = int64_t{1} << 23;  // 32 MiB of float32 logits

int64_t chunkRows(int64_t rows, int64_t vocabulary) {
  return std::clamp<int64_t>(kChunkElements / vocabulary, 16, std::max<int64_t>(rows, 16));
}

}  // namespace

TokenScores tokenScores(const Backend& backend, const at::Tensor& hidden, const at::Tensor& lmHead,
                        const VocabularyTargets& targets, bool entropies) {
  const int64_t rows = hidden.size(0), step = chunkRows(rows, lmHead.size(0));
  const at::TensorOptions options = hidden.options().dtype(at::kFloat);
  TokenScores out{.logprobs = at::empty({rows}, options)};
  if (entropies) out.entropies = at::empty({rows}, options);
  for (int64_t begin = 0; begin < rows; begin += step) {
    const int64_t count = std::min(step, rows - begin);
    const auto chunk = backend.vocabularyChunk(hidden.narrow(0, begin, count), lmHead,
                                               targets.tokens.narrow(0, begin, count), targets.temperature);
    out.logprobs.narrow(0, begin, count).copy_(chunk->logprobs());
    if (entropies) out.entropies.narrow(0, begin, count).copy_(chunk->entropies());
  }
  return out;
}

at::Tensor backwardThroughVocabulary(const Backend& backend, const at::Tensor& hidden, const at::Tensor& lmHead,
                                     const VocabularyTargets& targets, const LossGradient& lossGradient,
                                     at::Tensor lmHeadGradient) {
  const int64_t rows = hidden.size(0), step = chunkRows(rows, lmHead.size(0));
  at::Tensor hiddenGradient = at::empty(hidden.sizes(), hidden.options());  // [A, hidden]
  for (int64_t begin = 0; begin < rows; begin += step) {
    const int64_t count = std::min(step, rows - begin);
    const auto chunk = backend.vocabularyChunk(hidden.narrow(0, begin, count), lmHead,
                                               targets.tokens.narrow(0, begin, count), targets.temperature);
    const at::Tensor logprobs = chunk->logprobs(), entropies = chunk->entropies();
    const RowGradients gradients = lossGradient(begin, {.logprobs = logprobs, .entropies = entropies});
    chunk->backward(gradients, hiddenGradient.narrow(0, begin, count), lmHeadGradient);
  }
  return hiddenGradient;
}

}  // namespace serl
