#pragma once
#include <ATen/core/Tensor.h>

#include "core/model_config.h"

namespace serl {

struct RotaryTable {
  at::Tensor cos, sin;  // [T, 1, headDim / 2] in the activations' dtype
};

// positions [T] int64.
RotaryTable rotaryTable(const ModelConfig& config, const at::Tensor& positions, at::ScalarType dtype);

}  // namespace serl
