#pragma once
#include <ATen/core/Tensor.h>

namespace serl {

enum class KlEstimator { k1, k2, k3 };

// PPO's clipped surrogate per token (Schulman et al. 2017, eq. 7), plus an optional KL term to a reference
// (Schulman 2020, "Approximating KL divergence": as in src/rl/kl.ts: k1 = d, k2 = d^2 / 2, k3 = e^-d - 1 + d with d =
// log policy - log reference).
struct PolicyLossParams {
  double clipLow = 0.2;
  double clipHigh = 0.2;
  double klCoef = 0.0;
  KlEstimator klEstimator = KlEstimator::k3;
};

// All [C] float32.
struct TokenLoss {
  at::Tensor loss;      // per token
  at::Tensor gradient;  // d loss / d logprob
  at::Tensor kl;        // undefined without a reference
  at::Tensor clipped;   // bool: the clipped branch is active
  at::Tensor ratio;
};

// logprobs, oldLogprobs, advantages [C] float32; referenceLogprobs [C] or undefined.
TokenLoss policyLoss(const at::Tensor& logprobs, const at::Tensor& oldLogprobs, const at::Tensor& advantages,
                     const at::Tensor& referenceLogprobs, const PolicyLossParams& params);

// loss = -logprob; kl, clipped and ratio stay undefined.
TokenLoss nllLoss(const at::Tensor& logprobs);

}  // namespace serl
