#pragma once
#include <ATen/core/Tensor.h>

#include "core/model_config.h"

namespace serl {

// x [T, in], weight [out, in], bias [out] or undefined -> [T, out]. On the CPU the product of many rows runs as weight
// times x transposed and activations stay feature-major underneath (strides [1, T]), which MKL does faster.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

// x [..., d] / rms(x) * weight [d]; the mean square in float32 (transformers' LlamaRMSNorm).
at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);

// gateUp [T, 2 * intermediate] -> silu(gate) * up [T, intermediate].
at::Tensor swiglu(const at::Tensor& gateUp);

struct RotaryTable {
  at::Tensor cos, sin;  // [T, 1, headDim / 2] in the activations' dtype
};

// positions [T] int64.
RotaryTable rotaryTable(const ModelConfig& config, const at::Tensor& positions, at::ScalarType dtype);

// x [T, heads, headDim]; rotates the pairs (i, i + headDim / 2), as HuggingFace checkpoints are laid out.
at::Tensor applyRotary(const at::Tensor& x, const RotaryTable& table);

}  // namespace serl
