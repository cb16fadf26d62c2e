#include "core/vocabulary.h"

#include "test/core/support.h"

using namespace serl;
using namespace serl::test;

namespace {

// 45 rows against a vocabulary, with both backends.
void expectAutograd(int64_t vocabulary, int64_t width) {
  Backends under(tinyModel());
  const auto cpu = under.cpu(), portable = under.portable();
  const at::Tensor targets = at::arange(45, at::kLong) * 7919 % vocabulary;
  for (double temperature : {1.0, 0.6}) {
    const at::Tensor states = randn({45, width}, 1), lmHead = randn({vocabulary, width}, 2), slope = randn({45}, 3);
    // in double: a float32 sum over a large vocabulary is not exact enough as a reference
    const at::Tensor hidden = states.to(at::kDouble).set_requires_grad(true);
    const at::Tensor head = lmHead.to(at::kDouble).set_requires_grad(true);
    const at::Tensor all = at::log_softmax(at::linear(hidden, head) / temperature, 1);  // [45, vocabulary]
    const at::Tensor expected = all.gather(1, targets.unsqueeze(1)).squeeze(1);
    const at::Tensor entropies = -(all.exp() * all).sum(1), tilt = randn({45}, 4);
    (expected * slope + entropies * tilt).sum().backward();

    for (const Backend* backend : {cpu.get(), portable.get()}) {
      const at::Tensor gradient = at::ones({vocabulary, width});
      const TokenScores scores = tokenScores(*backend, states, lmHead, {targets, temperature}, true);
      CHECK(maxGap(scores.logprobs, expected.detach()) < 1e-4);
      CHECK(maxGap(scores.entropies, entropies.detach()) < 1e-4);
      const auto slopes = [&](int64_t begin, const TokenScores& chunk) {
        const int64_t rows = chunk.entropies.size(0);
        CHECK(maxGap(chunk.entropies, entropies.detach().narrow(0, begin, rows)) < 1e-4);
        return RowGradients{.logprob = slope.narrow(0, begin, rows), .entropy = tilt.narrow(0, begin, rows)};
      };
      const at::Tensor dHidden =
          backwardThroughVocabulary(*backend, states, lmHead, {targets, temperature}, slopes, gradient);
      CHECK(maxGap(dHidden, hidden.grad()) < 1e-4);
      CHECK(maxGap(gradient, head.grad() + 1) < 1e-4);  // added to what was there
    }
  }
}

}  // namespace

TEST_CASE("vocabulary log-probabilities, entropies and gradients match autograd") { expectAutograd(67, 24); }

TEST_CASE("they match where the softmax takes several blocks of entries") { expectAutograd(1030, 24); }

// 16 rows at a time, the minimum: 16, 16 and 13
TEST_CASE("they match where the rows take several chunks") { expectAutograd(600'000, 4); }
