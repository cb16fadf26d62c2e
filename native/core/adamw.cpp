#include "core/adamw.h"

#include <ATen/ATen.h>

#include <cmath>

namespace serl {

AdamWState createAdamW(const std::vector<at::Tensor>& weights) {
  AdamWState state;
  for (const at::Tensor& weight : weights) {
    const at::Tensor w = weight.detach();
    state.masters.push_back(w.scalar_type() == at::kFloat ? w : w.to(at::kFloat));
    state.firstMoment.push_back(at::zeros(w.sizes(), w.options().dtype(at::kFloat)));
    state.secondMoment.push_back(at::zeros(w.sizes(), w.options().dtype(at::kFloat)));
  }
  return state;
}

ClipResult clipGradients(const std::vector<at::Tensor>& gradients, double maxNorm) {
  const std::vector<at::Tensor> norms = at::_foreach_norm(gradients, 2);
  const at::Tensor each = at::stack(norms).to(at::kCPU, at::kDouble);  // [parameters]
  const double* data = each.const_data_ptr<double>();
  ClipResult result;
  double squares = 0;
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!std::isfinite(data[i]) && !result.nonFinite) result.nonFinite = i;
    squares += data[i] * data[i];
  }
  result.norm = std::sqrt(squares);
  if (!result.nonFinite && maxNorm > 0 && result.norm + 1e-6 > maxNorm) {
    at::_foreach_mul_(gradients, at::Scalar(maxNorm / (result.norm + 1e-6)));
  }
  return result;
}

void adamwUpdate(AdamWState& state, const std::vector<at::Tensor>& gradients, const std::vector<at::Tensor>& weights,
                 const AdamWParams& params) {
  const std::vector<at::Tensor> steps(
      gradients.size(), at::full({}, static_cast<double>(params.step), gradients.front().options().dtype(at::kFloat)));
  at::_fused_adamw_(state.masters, gradients, state.firstMoment, state.secondMoment,
                    /*max_exp_avg_sqs=*/at::TensorList{}, steps, params.lr, params.beta1, params.beta2,
                    params.weightDecay, params.eps, /*amsgrad=*/false,
                    /*maximize=*/false);
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].scalar_type() != at::kFloat) weights[i].detach().copy_(state.masters[i]);
  }
}

}  // namespace serl
