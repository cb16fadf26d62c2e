#include "core/portable/layers.h"

#include "core/cpu/fused.h"
#include "test/core/support.h"

using namespace serl;
using namespace serl::test;

namespace {

// d sum(out * weights) / d input, by autograd.
template <typename Function>
std::vector<at::Tensor> gradients(const std::vector<at::Tensor>& inputs, const Function& function) {
  std::vector<at::Tensor> leaves;
  for (const at::Tensor& input : inputs) leaves.push_back(input.detach().clone().set_requires_grad(true));
  const at::Tensor out = function(leaves);
  out.backward(randn(out.sizes(), 99));
  std::vector<at::Tensor> result{out.detach()};
  for (const at::Tensor& leaf : leaves) result.push_back(leaf.grad());
  return result;
}

void expectClose(const std::vector<at::Tensor>& actual, const std::vector<at::Tensor>& expected) {
  REQUIRE(actual.size() == expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    CAPTURE(i);
    CHECK(maxGap(actual[i], expected[i]) < 2e-4);
  }
}

constexpr double kEps = 1e-5;

}  // namespace

TEST_CASE("the CPU layers match the tensor operations, forward and backward") {
  Backends under(tinyModel());
  Context& context = under.context;
  for (int64_t tokens : {1, 7, 64, 65, 130}) {
    CAPTURE(tokens);
    const at::Tensor x = randn({tokens, 24}, 1), norm = randn({24}, 2), weight = randn({40, 24}, 3);
    expectClose(
        gradients({x, weight}, [&](const auto& in) { return cpu::linear(context, featureMajor(in[0]), in[1]); }),
        gradients({x, weight}, [](const auto& in) { return at::linear(in[0], in[1]); }));
    expectClose(
        gradients({x, norm}, [&](const auto& in) { return cpu::rmsNorm(context, featureMajor(in[0]), {in[1], kEps}); }),
        gradients({x, norm}, [](const auto& in) { return portable::rmsNorm(in[0], in[1], kEps); }));
    expectClose(
        gradients({x, norm, weight},
                  [&](const auto& in) { return cpu::normLinear(context, featureMajor(in[0]), {in[1], kEps}, in[2]); }),
        gradients({x, norm, weight},
                  [](const auto& in) { return at::linear(portable::rmsNorm(in[0], in[1], kEps), in[2]); }));
    const at::Tensor gateUp = randn({tokens, 2 * 24}, 4);
    expectClose(gradients({gateUp, weight},
                          [&](const auto& in) { return cpu::swigluLinear(context, featureMajor(in[0]), in[1]); }),
                gradients({gateUp, weight}, [](const auto& in) { return at::linear(portable::swiglu(in[0]), in[1]); }));
  }
}

TEST_CASE("both backends split and rotate queries, keys and values alike") {
  Backends under(tinyModel());
  const auto cpu = under.cpu(), portable = under.portable();
  const LayerWeights none;
  for (int64_t tokens : {1, 70}) {
    const at::Tensor qkv = randn({tokens, 8 * 6}, 5);
    const RotaryTable table = rotaryTable(under.config, at::arange(tokens, at::kLong) + 3, at::kFloat);
    const auto joined = [&](const Backend& backend) {
      return gradients({qkv}, [&](const auto& in) {
        const auto [q, k, v] = backend.splitAndRotate(featureMajor(in[0]), none, table);
        return at::cat({q, k, v}, 1);
      });
    };
    expectClose(joined(*cpu), joined(*portable));
  }
}

TEST_CASE("a weight's gradient is added to its sink if it has one") {
  Backends under(tinyModel());
  const at::Tensor x = featureMajor(randn({9, 24}, 6));
  const at::Tensor weight = randn({40, 24}, 7).set_requires_grad(true);
  const at::Tensor out = cpu::linear(under.context, x, weight);
  out.backward(at::ones_like(out));
  const at::Tensor expected = weight.grad().clone();

  weight.mutable_grad() = at::Tensor();
  const at::Tensor sink = at::ones({40, 24});
  under.context.gradients.collect(weight, sink);
  const at::Tensor again = cpu::linear(under.context, x, weight);
  again.backward(at::ones_like(again));
  CHECK(!weight.grad().defined());
  CHECK(maxGap(sink, expected + 1) < 1e-5);
}

TEST_CASE("an embedding's gradient sums over repeated tokens") {
  Backends under(tinyModel());
  const at::Tensor tokens = at::tensor({3, 5, 3, 3, 0}, at::kLong), dy = randn({5, 24}, 8);
  const at::Tensor weight = randn({67, 24}, 9).set_requires_grad(true);
  portable::embedding(weight, tokens).backward(dy);
  const at::Tensor expected = weight.grad().clone();
  CHECK(maxGap(expected[3], dy[0] + dy[2] + dy[3]) < 1e-6);

  const at::Tensor sink = at::zeros({67, 24});
  under.context.gradients.collect(weight, sink);
  cpu::embedding(under.context, weight, tokens).backward(dy);
  CHECK(maxGap(sink, expected) < 1e-6);
}
