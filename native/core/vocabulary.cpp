#include "core/vocabulary.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace serl {
namespace {

constexpr int64_t kChunkElements = int64_t{1} << 24;  // 64 MiB of float32 logits

int64_t chunkRows(int64_t rows, int64_t vocabulary) {
  return std::clamp<int64_t>(kChunkElements / vocabulary, 16, std::max<int64_t>(rows, 16));
}

// [C, hidden] -> [C, vocab] float32, divided by the temperature.
at::Tensor chunkLogits(const at::Tensor& hidden, const at::Tensor& lmHead, double temperature) {
  at::Tensor logits = at::mm(hidden, lmHead.t()).to(at::kFloat);
  if (temperature != 1.0) logits.mul_(1.0 / temperature);
  return logits;
}

}  // namespace

at::Tensor targetLogprobs(const at::Tensor& hidden, const at::Tensor& lmHead, const at::Tensor& targets,
                          double temperature) {
  const int64_t rows = hidden.size(0), step = chunkRows(rows, lmHead.size(0));
  at::Tensor out = at::empty({rows}, hidden.options().dtype(at::kFloat));  // [A]
  for (int64_t begin = 0; begin < rows; begin += step) {
    const int64_t count = std::min(step, rows - begin);
    const at::Tensor logits = chunkLogits(hidden.narrow(0, begin, count), lmHead, temperature);
    const at::Tensor target = logits.gather(1, targets.narrow(0, begin, count).unsqueeze(1)).squeeze(1);
    out.narrow(0, begin, count).copy_(target - logits.logsumexp(1));
  }
  return out;
}

at::Tensor backwardThroughVocabulary(const at::Tensor& hidden, const at::Tensor& lmHead, const at::Tensor& targets,
                                     double temperature, const LossGradient& lossGradient, at::Tensor lmHeadGradient) {
  const int64_t rows = hidden.size(0), step = chunkRows(rows, lmHead.size(0));
  at::Tensor hiddenGradient = at::empty(hidden.sizes(), hidden.options());  // [A, hidden]
  for (int64_t begin = 0; begin < rows; begin += step) {
    const int64_t count = std::min(step, rows - begin);
    const at::Tensor h = hidden.narrow(0, begin, count);
    const at::Tensor target = targets.narrow(0, begin, count).unsqueeze(1);
    const at::Tensor logits = chunkLogits(h, lmHead, temperature);
    const at::Tensor normalizer = logits.logsumexp(1, /*keepdim=*/true);
    at::Tensor probabilities = at::exp(logits - normalizer);                                     // [C, vocab]
    const at::Tensor logprobs = (logits.gather(1, target) - normalizer).squeeze(1);              // [C]
    const at::Tensor entropy = normalizer.squeeze(1) - (probabilities * logits).sum(1);          // [C]
    const at::Tensor slope = lossGradient(begin, logprobs, entropy).unsqueeze(1) / temperature;  // [C, 1]
    // d logprob / d logits = onehot(target) - probabilities
    const at::Tensor logitGradient =
        probabilities.mul_(-slope).scatter_add_(1, target, slope).to(hidden.scalar_type());  // [C, vocab]
    hiddenGradient.narrow(0, begin, count).copy_(at::mm(logitGradient, lmHead));
    if (lmHeadGradient.scalar_type() == hidden.scalar_type()) {
      lmHeadGradient.addmm_(logitGradient.t(), h);
    } else {
      lmHeadGradient.add_(at::mm(logitGradient.t(), h));
    }
  }
  return hiddenGradient;
}

}  // namespace serl
