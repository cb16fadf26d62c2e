#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace serl {

// Attention of one layer; it differs between training, scoring, prefill and decode.
// (layer, q [T, heads, headDim], k [T, kvHeads, headDim], v [T, kvHeads, headDim]) -> [T, heads * headDim]
using Attend = std::function<at::Tensor(int64_t, const at::Tensor&, const at::Tensor&, const at::Tensor&)>;

}  // namespace serl
