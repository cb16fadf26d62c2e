#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace serl {

// What differs between training, scoring, prefill and decode: how a layer's queries find their keys.
// (layer, q [T, heads, headDim], k [T, kvHeads, headDim], v [T, kvHeads, headDim]) -> [T, heads * headDim]
using Attend = std::function<at::Tensor(int64_t, const at::Tensor&, const at::Tensor&, const at::Tensor&)>;

}  // namespace serl
