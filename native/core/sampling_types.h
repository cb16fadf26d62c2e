#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace serl {

struct SampleParams {
  double temperature = 1.0;      // 0 = greedy
  double topP = 1.0;             // (0, 1], 1 = off
  double presencePenalty = 0.0;  // subtracted from the logit of every token in `generated`; 0 = off
};

// Input of one row.
struct SampleRow {
  double uniform = 0.0;                             // in [0, 1)
  const std::vector<int32_t>* generated = nullptr;  // the row's tokens so far
};

struct Sampled {
  std::optional<size_t> notFinite;  // the first row whose logits are NaN or infinite: nothing was drawn
  std::vector<int32_t> tokens;      // [R]
  std::vector<float> logprobs;      // [R] temperature-scaled, before top-p and penalty; temperature 1 when greedy
};

}  // namespace serl
