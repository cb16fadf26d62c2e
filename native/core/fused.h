#pragma once
#include <ATen/core/Tensor.h>

#include <tuple>

#include "core/layers.h"

// The parts of a decoder block, the element-wise ones as one pass over memory each, forward and backward, for float32
// on the CPU. Activations are feature-major ([T, features] with strides [1, T], see linear()): a feature of 16 tokens
// is one vector.
namespace serl {

// x [T, in], weight [out, in] -> [T, out] feature-major. The backwards here add to weight.grad() where that exists,
// instead of handing autograd a second matrix to add; and they work out again what is cheaper than keeping.
at::Tensor fusedLinear(const at::Tensor& x, const at::Tensor& weight);

// The product of rmsNorm(x), which is not kept.
at::Tensor fusedNormLinear(const at::Tensor& x, const at::Tensor& norm, double eps, const at::Tensor& weight);

// The product of swiglu(gateUp), which is not kept.
at::Tensor fusedSwigluLinear(const at::Tensor& gateUp, const at::Tensor& weight);

// Same as rmsNorm(); x [T, features] feature-major.
at::Tensor fusedRmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);

// Splits qkv [T, (heads + 2 kvHeads) * headDim] feature-major, rotates q and k, and turns all three token-major:
// q [T, heads, headDim], k and v [T, kvHeads, headDim], contiguous.
std::tuple<at::Tensor, at::Tensor, at::Tensor> fusedRotary(const at::Tensor& qkv, const RotaryTable& table,
                                                           int64_t heads, int64_t kvHeads);

}  // namespace serl
