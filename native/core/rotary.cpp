#include "core/rotary.h"

#include <ATen/ATen.h>

namespace serl {

RotaryTable rotaryTable(const ModelConfig& config, const at::Tensor& positions, at::ScalarType dtype) {
  const at::Tensor frequencies =
      at::tensor(at::ArrayRef<float>(config.ropeFrequencies), at::TensorOptions().dtype(at::kFloat))
          .to(positions.device());
  const at::Tensor angles = positions.to(at::kFloat).unsqueeze(-1) * frequencies;  // [T, headDim / 2]
  return {.cos = (angles.cos() * config.ropeScale).to(dtype).unsqueeze(1),
          .sin = (angles.sin() * config.ropeScale).to(dtype).unsqueeze(1)};
}

}  // namespace serl
