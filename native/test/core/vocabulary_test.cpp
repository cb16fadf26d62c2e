#include "core/vocabulary.h"

#include "test/core/support.h"

using namespace serl;
using namespace serl::test;

TEST_CASE("log-probabilities, entropies and gradients of the vocabulary are autograd's") {
  Backends under(tinyModel());
  const auto cpu = under.cpu(), portable = under.portable();
  const at::Tensor targets = at::arange(45, at::kLong) * 7 % 67;
  for (double temperature : {1.0, 0.6}) {
    const at::Tensor hidden = randn({45, 24}, 1).set_requires_grad(true), lmHead = randn({67, 24}, 2);
    const at::Tensor head = lmHead.clone().set_requires_grad(true), slope = randn({45}, 3);
    const at::Tensor all = at::log_softmax(at::linear(hidden, head) / temperature, 1);  // [45, 67]
    const at::Tensor expected = all.gather(1, targets.unsqueeze(1)).squeeze(1);
    const at::Tensor entropies = -(all.exp() * all).sum(1).detach();
    (expected * slope).sum().backward();

    for (const Backend* backend : {cpu.get(), portable.get()}) {
      const at::Tensor states = hidden.detach(), gradient = at::ones({67, 24});
      CHECK(maxGap(targetLogprobs(*backend, states, lmHead, targets, temperature), expected.detach()) < 1e-4);
      const auto slopes = [&](int64_t begin, const at::Tensor& logprobs, const at::Tensor& entropy) {
        CHECK(maxGap(entropy, entropies.narrow(0, begin, entropy.size(0))) < 1e-4);
        return slope.narrow(0, begin, logprobs.size(0));
      };
      const at::Tensor dHidden =
          backwardThroughVocabulary(*backend, states, lmHead, {targets, temperature}, slopes, gradient);
      CHECK(maxGap(dHidden, hidden.grad()) < 1e-4);
      CHECK(maxGap(gradient, head.grad() + 1) < 1e-4);  // added to what was there
    }
  }
}
