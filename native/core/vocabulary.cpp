#include "core/vocabulary.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/layers.h"
#include "core/vocabulary_chunk.h"

namespace serl {
namespace {

constexpr int64_t kChunkElements = int64_t{1} << 23;  // 32 MiB of float32 logits

int64_t chunkRows(int64_t rows, int64_t vocabulary) {
  return std::clamp<int64_t>(kChunkElements / vocabulary, 16, std::max<int64_t>(rows, 16));
}

// Tensor operations, for any device and floating dtype.
struct AtenChunk : VocabularyChunk {
  at::Tensor hidden, lmHead, target;  // [C, hidden], [vocab, hidden], [C, 1]
  double temperature;
  at::Tensor logits;         // [C, vocab] float32, divided by the temperature
  at::Tensor normalizer;     // [C, 1]
  at::Tensor probabilities;  // [C, vocab], once the entropies were asked for

  AtenChunk(const at::Tensor& hidden, const at::Tensor& lmHead, const at::Tensor& targets, double temperature)
      : hidden(hidden), lmHead(lmHead), target(targets.unsqueeze(1)), temperature(temperature) {
    logits = at::mm(hidden, lmHead.t()).to(at::kFloat);
    if (temperature != 1.0) logits.mul_(1.0 / temperature);
    normalizer = logits.logsumexp(1, /*keepdim=*/true);
  }

  at::Tensor logprobs() override { return (logits.gather(1, target) - normalizer).squeeze(1); }

  at::Tensor entropies() override {
    probabilities = at::exp(logits - normalizer);
    return normalizer.squeeze(1) - (probabilities * logits).sum(1);
  }

  void backward(const at::Tensor& gradient, at::Tensor hiddenGradient, at::Tensor lmHeadGradient) override {
    const at::Tensor slope = gradient.unsqueeze(1) / temperature;  // [C, 1]
    // d logprob / d logits = onehot(target) - probabilities
    const at::Tensor logitGradient =
        probabilities.mul_(-slope).scatter_add_(1, target, slope).to(hidden.scalar_type());  // [C, vocab]
    hiddenGradient.copy_(at::mm(logitGradient, lmHead));
    if (lmHeadGradient.scalar_type() == hidden.scalar_type()) {
      lmHeadGradient.addmm_(logitGradient.t(), hidden);
    } else {
      lmHeadGradient.add_(at::mm(logitGradient.t(), hidden));
    }
  }
};

std::unique_ptr<VocabularyChunk> chunkOf(const ModelConfig& config, const at::Tensor& hidden, const at::Tensor& lmHead,
                                         const at::Tensor& targets, double temperature) {
  if (usesCpuProducts(config, hidden)) return cpuVocabularyChunk(hidden, lmHead, targets, temperature);
  return std::make_unique<AtenChunk>(hidden, lmHead, targets, temperature);
}

}  // namespace

at::Tensor targetLogprobs(const ModelConfig& config, const at::Tensor& hidden, const at::Tensor& lmHead,
                          const at::Tensor& targets, double temperature) {
  const int64_t rows = hidden.size(0), step = chunkRows(rows, lmHead.size(0));
  at::Tensor out = at::empty({rows}, hidden.options().dtype(at::kFloat));  // [A]
  for (int64_t begin = 0; begin < rows; begin += step) {
    const int64_t count = std::min(step, rows - begin);
    out.narrow(0, begin, count)
        .copy_(chunkOf(config, hidden.narrow(0, begin, count), lmHead, targets.narrow(0, begin, count), temperature)
                   ->logprobs());
  }
  return out;
}

at::Tensor backwardThroughVocabulary(const ModelConfig& config, const at::Tensor& hidden, const at::Tensor& lmHead,
                                     const VocabularyTargets& targets, const LossGradient& lossGradient,
                                     at::Tensor lmHeadGradient) {
  const int64_t rows = hidden.size(0), step = chunkRows(rows, lmHead.size(0));
  at::Tensor hiddenGradient = at::empty(hidden.sizes(), hidden.options());  // [A, hidden]
  for (int64_t begin = 0; begin < rows; begin += step) {
    const int64_t count = std::min(step, rows - begin);
    const auto chunk = chunkOf(config, hidden.narrow(0, begin, count), lmHead, targets.tokens.narrow(0, begin, count),
                               targets.temperature);
    const at::Tensor gradient = lossGradient(begin, chunk->logprobs(), chunk->entropies());
    chunk->backward(gradient, hiddenGradient.narrow(0, begin, count), lmHeadGradient);
  }
  return hiddenGradient;
}

}  // namespace serl
