#include "core/cpu/sampler.h"

#include <cmath>
#include <limits>

#include "core/portable/sampler.h"
#include "test/core/support.h"

using namespace serl;
using namespace serl::test;

namespace {

using Sampler = Sampled (*)(const at::Tensor&, const SampleParams&, const std::vector<SampleRow>&);
const Sampler kSamplers[] = {cpu::sampleTokens, portable::sampleTokens};

const std::vector<int32_t> kNothing;

std::vector<SampleRow> rowsOf(const std::vector<double>& uniforms) {
  std::vector<SampleRow> rows;
  for (double uniform : uniforms) rows.push_back({.uniform = uniform, .generated = &kNothing});
  return rows;
}

}  // namespace

TEST_CASE("a uniform number picks the token whose probability interval contains it") {
  const at::Tensor logits = at::tensor({0.1, 0.2, 0.3, 0.4}).log().unsqueeze(0).expand({5, 4}).contiguous();
  for (Sampler sampler : kSamplers) {
    const Sampled drawn = sampler(logits, {}, rowsOf({0.0, 0.05, 0.15, 0.55, 0.999999}));
    CHECK(drawn.tokens == std::vector<int32_t>{0, 0, 1, 2, 3});
    CHECK(drawn.logprobs[2] == doctest::Approx(std::log(0.2)));
    CHECK(!drawn.notFinite);
  }
}

TEST_CASE("top-p leaves the smallest set of likely tokens, the temperature flattens, greedy takes the best") {
  const at::Tensor logits = at::tensor({0.1, 0.2, 0.3, 0.4}).log().unsqueeze(0);
  for (Sampler sampler : kSamplers) {
    CHECK(sampler(logits, {.topP = 0.65}, rowsOf({0.0})).tokens[0] == 2);  // 0.4 and 0.3 reach it
    CHECK(sampler(logits, {.topP = 0.35}, rowsOf({0.0})).tokens[0] == 3);
    CHECK(sampler(logits, {.temperature = 0}, rowsOf({0.0})).tokens[0] == 3);
    const Sampled hot = sampler(logits, {.temperature = 1e6}, rowsOf({0.3}));
    CHECK(hot.tokens[0] == 1);  // four equal shares
    CHECK(hot.logprobs[0] == doctest::Approx(std::log(0.25)).epsilon(1e-4));
  }
}

TEST_CASE("the presence penalty lowers tokens that the row has generated") {
  const at::Tensor logits = at::tensor({0.0f, 0.5f, 1.0f}).unsqueeze(0);
  const std::vector<int32_t> generated{2, 2};
  for (Sampler sampler : kSamplers) {
    const Sampled drawn = sampler(logits, {.temperature = 0, .presencePenalty = 0.7}, {{0.0, &generated}});
    CHECK(drawn.tokens[0] == 1);
    const double all = std::log(1 + std::exp(0.5) + std::exp(1.0));
    CHECK(drawn.logprobs[0] == doctest::Approx(0.5 - all));  // of the model, without the penalty
  }
}

TEST_CASE("both samplers draw the same tokens") {
  const at::Tensor logits = randn({33, 1030}, 1) * 3;
  std::vector<double> uniforms;
  for (int i = 0; i < 33; ++i) uniforms.push_back((i + 0.5) / 33);
  for (const SampleParams& params : {SampleParams{}, SampleParams{.temperature = 0.7}, SampleParams{.topP = 0.8}}) {
    const Sampled one = cpu::sampleTokens(logits, params, rowsOf(uniforms));
    const Sampled other = portable::sampleTokens(logits, params, rowsOf(uniforms));
    CHECK(one.tokens == other.tokens);
    for (size_t i = 0; i < one.logprobs.size(); ++i)
      CHECK(one.logprobs[i] == doctest::Approx(other.logprobs[i]).epsilon(1e-4));
  }
}

TEST_CASE("the first row whose logits are not finite is named") {
  for (float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    at::Tensor logits = randn({4, 300}, 2);
    logits[2][7] = bad;
    logits[3][0] = bad;
    for (Sampler sampler : kSamplers) {
      const Sampled drawn = sampler(logits, {}, rowsOf({0.1, 0.2, 0.3, 0.4}));
      REQUIRE(drawn.notFinite);
      CHECK(*drawn.notFinite == 2);
    }
  }
}
