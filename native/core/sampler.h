#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace serl {

// What both implementations say of logits that are not numbers.
inline constexpr const char* kDiverged = "the logits are not finite: the weights have diverged";

struct SampleParams {
  double temperature = 1.0;      // 0 = greedy
  double topP = 1.0;             // (0, 1], 1 = off
  double presencePenalty = 0.0;  // taken from the logit of every token in `generated`; 0 = off
};

// What differs between rows.
struct SampleRow {
  double uniform = 0.0;                             // in [0, 1)
  const std::vector<int32_t>* generated = nullptr;  // the row's tokens so far
};

struct Sampled {
  std::vector<int32_t> tokens;  // [R]
  std::vector<float> logprobs;  // [R] temperature-scaled, before top-p and penalty; temperature 1 when greedy
};

// Draws one token a row by inverting the cumulative distribution in vocabulary order. With top-p only the smallest set
// of most probable tokens whose mass reaches topP takes part (Holtzman et al. 2020). logits [R, vocab], any float
// dtype. portable: tensor operations, as on any device, instead of the CPU kernel.
Sampled sampleTokens(const at::Tensor& logits, const SampleParams& params, const std::vector<SampleRow>& rows,
                     bool portable);

// The two implementations: tensor operations for any device, one kernel for the CPU.
Sampled sampleTokensAten(const at::Tensor& logits, const SampleParams& params, const std::vector<SampleRow>& rows);
Sampled sampleTokensCpu(const at::Tensor& logits, const SampleParams& params, const std::vector<SampleRow>& rows);

}  // namespace serl
