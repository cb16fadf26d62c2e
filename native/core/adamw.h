#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

namespace serl {

struct AdamWParams {
  int64_t step = 1;  // 1 for the first update
  double lr = 0;
  double beta1 = 0.9;
  double beta2 = 0.95;
  double eps = 1e-8;
  double weightDecay = 0;
  double maxGradNorm = 0;  // 0 = no clipping
};

// All float32, one tensor per parameter.
struct AdamWState {
  std::vector<at::Tensor> masters;       // the weights themselves when they are float32
  std::vector<at::Tensor> firstMoment;   // exp_avg
  std::vector<at::Tensor> secondMoment;  // exp_avg_sq
};

// Zero moments; masters are copies only where the weights are not float32.
AdamWState createAdamW(const std::vector<at::Tensor>& weights);

struct ClipResult {
  double norm = 0;                  // before clipping
  std::optional<size_t> nonFinite;  // first gradient with a non-finite norm
};

// Global-norm clipping in place: gradients *= min(1, maxNorm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_.
ClipResult clipGradients(const std::vector<at::Tensor>& gradients, double maxNorm);

// Loshchilov & Hutter 2019 (decoupled decay), on masters and moments; then writes the masters back into the weights.
void adamwUpdate(AdamWState& state, const std::vector<at::Tensor>& gradients, const std::vector<at::Tensor>& weights,
                 const AdamWParams& params);

}  // namespace serl
