#include "core/portable/vocabulary_chunk.h"

#include <ATen/ATen.h>

namespace serl::portable {
namespace {

struct Chunk : VocabularyChunk {
  at::Tensor hidden, lmHead, target;  // [C, hidden], [vocab, hidden], [C, 1]
  double temperature;
  at::Tensor logSoftmax;     // [C, vocab] float32 log-probs
  at::Tensor probabilities;  // [C, vocab], once the entropies were asked for
  at::Tensor entropy;        // [C, 1], likewise

  Chunk(const at::Tensor& hidden, const at::Tensor& lmHead, const at::Tensor& targets, double temperature)
      : hidden(hidden), lmHead(lmHead), target(targets.unsqueeze(1)), temperature(temperature) {
    logSoftmax = at::mm(hidden, lmHead.t()).to(at::kFloat);
    if (temperature != 1.0) logSoftmax.mul_(1.0 / temperature);
    logSoftmax.sub_(logSoftmax.logsumexp(1, /*keepdim=*/true));
  }

  at::Tensor logprobs() override { return logSoftmax.gather(1, target).squeeze(1); }

  at::Tensor entropies() override {
    probabilities = at::exp(logSoftmax);
    entropy = -(probabilities * logSoftmax).sum(1, /*keepdim=*/true);
    return entropy.squeeze(1);
  }

  void backward(const RowGradients& loss, at::Tensor hiddenGradient, at::Tensor lmHeadGradient) override {
    const at::Tensor slope = loss.logprob.unsqueeze(1) / temperature;  // [C, 1]
    at::Tensor factor = -slope;                                        // [C, 1], or [C, vocab]
    // d entropy / d logits = -p (log p + entropy)
    if (loss.entropy.defined()) {
      factor = factor - loss.entropy.unsqueeze(1) / temperature * (logSoftmax + entropy);
    }
    // d logprob / d logits = onehot(target) - p
    const at::Tensor logitGradient =
        probabilities.mul_(factor).scatter_add_(1, target, slope).to(hidden.scalar_type());  // [C, vocab]
    hiddenGradient.copy_(at::mm(logitGradient, lmHead));
    if (lmHeadGradient.scalar_type() == hidden.scalar_type()) {
      lmHeadGradient.addmm_(logitGradient.t(), hidden);
    } else {
      lmHeadGradient.add_(at::mm(logitGradient.t(), hidden));
    }
  }
};

}  // namespace

std::unique_ptr<VocabularyChunk> vocabularyChunk(const at::Tensor& hidden, const at::Tensor& lmHead,
                                                 const at::Tensor& targets, double temperature) {
  return std::make_unique<Chunk>(hidden, lmHead, targets, temperature);
}

}  // namespace serl::portable
