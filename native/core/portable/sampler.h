#pragma once
#include <ATen/core/Tensor.h>

#include "core/sampling_types.h"

namespace serl::portable {

// Draws one token per row by inverting the cumulative distribution in vocabulary order. With top-p only the smallest
// set of most probable tokens whose mass reaches topP takes part (Holtzman et al. 2020). logits [R, vocab], any float
// dtype. Tensor operations, for any device.
Sampled sampleTokens(const at::Tensor& logits, const SampleParams& params, const std::vector<SampleRow>& rows);

}  // namespace serl::portable
