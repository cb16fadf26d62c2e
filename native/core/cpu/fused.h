#pragma once
#include <ATen/core/Tensor.h>

#include <tuple>

#include "core/context.h"
#include "core/rotary.h"

// The parts of a decoder block, the element-wise ones as one pass over memory each, forward and backward, for float32
// on the CPU. Activations are feature-major ([T, features] with strides [1, T], see linear()): a feature of 16 tokens
// is one vector.
namespace serl::cpu {

// Rows of weight [vocab, hidden] for tokens [T] int64 -> [T, hidden] feature-major. A backward adds a weight's gradient
// to the context's sink where there is one for it, and recomputes what is cheaper to recompute than to keep.
at::Tensor embedding(Context& context, const at::Tensor& weight, const at::Tensor& tokens);

// x [T, in], weight [out, in] -> [T, out] feature-major.
at::Tensor linear(Context& context, const at::Tensor& x, const at::Tensor& weight);

struct Norm {
  at::Tensor weight;  // [in]
  double eps;
};

// The product of norm(x), which is not kept.
at::Tensor normLinear(Context& context, const at::Tensor& x, const Norm& norm, const at::Tensor& weight);

// The product of silu(gate) * up, which is not kept.
at::Tensor swigluLinear(Context& context, const at::Tensor& gateUp, const at::Tensor& weight);

// x [T, features] feature-major / rms(x) * weight.
at::Tensor rmsNorm(Context& context, const at::Tensor& x, const Norm& norm);

// Splits qkv [T, (heads + 2 kvHeads) * headDim] feature-major, rotates q and k, and turns all three token-major:
// q [T, heads, headDim], k and v [T, kvHeads, headDim], contiguous.
std::tuple<at::Tensor, at::Tensor, at::Tensor> splitAndRotate(Context& context, const at::Tensor& qkv,
                                                              const RotaryTable& table, int64_t heads, int64_t kvHeads);

}  // namespace serl::cpu
