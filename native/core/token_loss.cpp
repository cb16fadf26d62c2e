#include "core/token_loss.h"

#include <ATen/ATen.h>

namespace serl {

TokenLoss policyLoss(const at::Tensor& logprobs, const at::Tensor& oldLogprobs, const at::Tensor& advantages,
                     const at::Tensor& referenceLogprobs, const PolicyLossParams& params) {
  TokenLoss out;
  out.ratio = at::exp(logprobs - oldLogprobs);
  const at::Tensor free = -advantages * out.ratio;
  const at::Tensor bounded = -advantages * out.ratio.clamp(1.0 - params.clipLow, 1.0 + params.clipHigh);
  out.loss = at::maximum(free, bounded);
  out.clipped = bounded.gt(free);
  // d ratio / d logprob = ratio, so the unclipped branch is its own derivative; the clipped branch is constant
  out.gradient = at::where(out.clipped, at::zeros_like(free), free);
  if (!referenceLogprobs.defined()) return out;

  const at::Tensor d = logprobs - referenceLogprobs;
  at::Tensor slope;  // d kl / d logprob
  switch (params.klEstimator) {
    case KlEstimator::k1:
      out.kl = d;
      slope = at::ones_like(d);
      break;
    case KlEstimator::k2:
      out.kl = 0.5 * d.square();
      slope = d;
      break;
    case KlEstimator::k3:
      out.kl = at::expm1(-d) + d;
      slope = -at::expm1(-d);
      break;
  }
  if (params.klCoef != 0.0) {
    out.loss = out.loss + params.klCoef * out.kl;
    out.gradient = out.gradient + params.klCoef * slope;
  }
  return out;
}

TokenLoss nllLoss(const at::Tensor& logprobs) {
  TokenLoss out;
  out.loss = -logprobs;
  out.gradient = -at::ones_like(logprobs);
  return out;
}

}  // namespace serl
