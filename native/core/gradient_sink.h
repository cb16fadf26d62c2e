#pragma once
#include <ATen/core/Tensor.h>

#include <unordered_map>

namespace serl {

// Where a backward adds a weight matrix's gradient itself, instead of handing autograd a second matrix to add.
class GradientSink {
 public:
  // From now on weight's gradient goes to `gradient` (same shape, float32).
  void collect(const at::Tensor& weight, const at::Tensor& gradient) {
    gradients_[weight.unsafeGetTensorImpl()] = gradient;
  }

  // Undefined where nothing was said: the gradient is autograd's to keep. For the forward to ask, while it has the
  // parameter itself.
  at::Tensor of(const at::Tensor& weight) const {
    const auto found = gradients_.find(weight.unsafeGetTensorImpl());
    return found == gradients_.end() ? at::Tensor() : found->second;
  }

 private:
  std::unordered_map<const c10::TensorImpl*, at::Tensor> gradients_;
};

}  // namespace serl
