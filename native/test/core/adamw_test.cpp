#include "core/adamw.h"

#include <cmath>

#include "test/core/support.h"

using namespace serl;
using namespace serl::test;

namespace {

// Loshchilov & Hutter 2019, algorithm 2, in double.
struct Reference {
  at::Tensor weight, first, second;

  explicit Reference(const at::Tensor& start)
      : weight(start.to(at::kDouble)), first(at::zeros_like(weight)), second(at::zeros_like(weight)) {}

  void step(const at::Tensor& gradient, const AdamWParams& p) {
    const at::Tensor g = gradient.to(at::kDouble);
    weight = weight * (1 - p.lr * p.weightDecay);
    first = p.beta1 * first + (1 - p.beta1) * g;
    second = p.beta2 * second + (1 - p.beta2) * g * g;
    const double steps = static_cast<double>(p.step);
    const at::Tensor unbiased = first / (1 - std::pow(p.beta1, steps));
    weight = weight - p.lr * unbiased / ((second / (1 - std::pow(p.beta2, steps))).sqrt() + p.eps);
  }
};

}  // namespace

TEST_CASE("AdamW matches the paper, in float32 and on float32 masters of bfloat16 weights") {
  for (at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    std::vector<at::Tensor> weights{randn({5, 7}, 1).to(dtype), randn({9}, 2).to(dtype)};
    AdamWState state = createAdamW(weights);
    std::vector<Reference> reference{Reference(weights[0]), Reference(weights[1])};
    for (int64_t step = 1; step <= 5; ++step) {
      const std::vector<at::Tensor> gradients{randn({5, 7}, 10 + step), randn({9}, 20 + step)};
      const AdamWParams params{.step = step, .lr = 1e-2, .weightDecay = 0.1};
      adamwUpdate(state, gradients, weights, params);
      for (size_t i = 0; i < 2; ++i) reference[i].step(gradients[i], params);
    }
    for (size_t i = 0; i < 2; ++i) {
      CHECK(maxGap(state.masters[i], reference[i].weight) < 1e-5);
      CHECK(identical(weights[i], state.masters[i].to(dtype)));
    }
  }
}

TEST_CASE("gradients are clipped by their global norm, and a non-finite one is named") {
  const std::vector<at::Tensor> gradients{at::full({4}, 3.0), at::full({9}, 4.0)};  // norms 6 and 12
  const ClipResult clipped = clipGradients(gradients, 1.0);
  CHECK(clipped.norm == doctest::Approx(std::sqrt(180.0)));
  CHECK(!clipped.nonFinite);
  CHECK(at::cat(gradients).norm().item<double>() == doctest::Approx(1.0));

  const std::vector<at::Tensor> small{at::full({4}, 0.1)};
  clipGradients(small, 1.0);
  CHECK(identical(small[0], at::full({4}, 0.1)));

  const std::vector<at::Tensor> broken{at::ones({2}), at::full({2}, NAN), at::full({2}, INFINITY)};
  const ClipResult result = clipGradients(broken, 1.0);
  REQUIRE(result.nonFinite);
  CHECK(*result.nonFinite == 1);
}
