#pragma once
#include <ATen/core/Tensor.h>

#include "core/rotary.h"

// The parts of a decoder block as tensor operations, for any device and floating dtype.
namespace serl::portable {

// x [..., d] / rms(x) * weight [d]; the mean square in float32 (transformers' LlamaRMSNorm).
at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);

// gateUp [T, 2 * intermediate] -> silu(gate) * up [T, intermediate].
at::Tensor swiglu(const at::Tensor& gateUp);

// x [T, heads, headDim]; rotates the pairs (i, i + headDim / 2), as HuggingFace checkpoints are laid out.
at::Tensor applyRotary(const at::Tensor& x, const RotaryTable& table);

// Rows of weight [vocab, hidden] for tokens [T] int64 -> [T, hidden].
at::Tensor embedding(const at::Tensor& weight, const at::Tensor& tokens);

}  // namespace serl::portable
