#pragma once
#include <ATen/core/Tensor.h>

#include <tuple>

#include "core/layers.h"

// The parts of a decoder block, the element-wise ones as one pass over memory each, forward and backward, for float32
// on the CPU. Activations are feature-major ([T, features] with strides [1, T], see linear()): a feature of 16 tokens
// is one vector.
namespace serl {

// x [T, in] feature-major, weight [out, in] -> [T, out] feature-major. The backward adds to weight.grad() where that
// exists, instead of handing autograd a second matrix to add.
at::Tensor fusedLinear(const at::Tensor& x, const at::Tensor& weight);

// Same as rmsNorm(); x [T, features] feature-major.
at::Tensor fusedRmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);

// Same as swiglu(); gateUp [T, 2 * intermediate] feature-major.
at::Tensor fusedSwiglu(const at::Tensor& gateUp);

// Splits qkv [T, (heads + 2 kvHeads) * headDim] feature-major, rotates q and k, and turns all three token-major:
// q [T, heads, headDim], k and v [T, kvHeads, headDim], contiguous.
std::tuple<at::Tensor, at::Tensor, at::Tensor> fusedRotary(const at::Tensor& qkv, const RotaryTable& table,
                                                           int64_t heads, int64_t kvHeads);

}  // namespace serl
