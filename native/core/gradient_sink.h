#pragma once
#include <ATen/core/Tensor.h>

#include <unordered_map>

namespace serl {

// Buffers to which a backward pass adds weight gradients itself, instead of giving autograd a second matrix to add.
class GradientSink {
 public:
  // From now on the weight's gradient goes to `gradient` (same shape, float32).
  void collect(const at::Tensor& weight, const at::Tensor& gradient) {
    gradients_[weight.unsafeGetTensorImpl()] = gradient;
  }

  // Undefined if the weight has no buffer: its gradient goes to autograd. Called in the forward pass, which has the
  // parameter itself.
  at::Tensor of(const at::Tensor& weight) const {
    const auto found = gradients_.find(weight.unsafeGetTensorImpl());
    return found == gradients_.end() ? at::Tensor() : found->second;
  }

 private:
  std::unordered_map<const c10::TensorImpl*, at::Tensor> gradients_;
};

}  // namespace serl
