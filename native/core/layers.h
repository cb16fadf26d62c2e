#pragma once
#include <ATen/core/Tensor.h>

#include "core/model_config.h"

namespace serl {

// Whether the CPU kernels for float32 (fused.h) take x: else tensor operations, as on any device.
bool usesCpuKernels(const ModelConfig& config, const at::Tensor& x);

// The same for matrix products, which libtorch does as well on some processors.
bool usesCpuProducts(const ModelConfig& config, const at::Tensor& x);

// x [T, in], weight [out, in], bias [out] or undefined -> [T, out]. On the CPU activations stay feature-major
// underneath (strides [1, T]): weight times x transposed is the faster product there, and an element-wise kernel meets
// one feature of many tokens as one vector.
at::Tensor linear(const ModelConfig& config, const at::Tensor& x, const at::Tensor& weight,
                  const at::Tensor& bias = {});

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
