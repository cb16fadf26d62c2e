#pragma once
#include <ATen/core/Tensor.h>

namespace serl {

enum class KlEstimator { k1, k2, k3 };

// ppo: the clipped surrogate (Schulman et al. 2017, eq. 7). cispo: the clipped ratio weighs the log-prob and is itself
// not differentiated (MiniMax-M1, arXiv 2506.13585, eq. 4): no token is left out.
enum class Surrogate { ppo, cispo };

// The surrogate per token, plus an optional KL term to a reference (Schulman 2020, "Approximating KL divergence": as in
// src/rl/kl.ts: k1 = d, k2 = d^2 / 2, k3 = e^-d - 1 + d with d = log policy - log reference), minus entropyCoef times
// the entropy of the next token.
struct PolicyLossParams {
  Surrogate surrogate = Surrogate::ppo;
  double clipLow = 0.2;
  double clipHigh = 0.2;
  double klCoef = 0.0;
  KlEstimator klEstimator = KlEstimator::k3;
  // The samples are of the old policy: with the ratio as its weight, the term's gradient is that of the KL divergence
  // of the present one (arXiv 2510.01555, 2512.21852). For k1 and k3 the ratio is differentiated too; for k2, whose own
  // slope is already right, it is not.
  bool klByRatio = false;
  double entropyCoef = 0.0;
};

// All [C] float32.
struct TokenLoss {
  at::Tensor loss;             // per token
  at::Tensor gradient;         // d loss / d logprob
  at::Tensor entropyGradient;  // d loss / d entropy; undefined: 0
  at::Tensor kl;               // undefined without a reference
  at::Tensor clipped;          // bool: the clipped branch is active
  at::Tensor ratio;
};

// What a policy loss reads, [C] float32 each.
struct PolicyTokens {
  at::Tensor logprobs, entropies;  // of the present policy
  at::Tensor oldLogprobs, advantages;
  at::Tensor referenceLogprobs;  // undefined: no KL
};

TokenLoss policyLoss(const PolicyTokens& tokens, const PolicyLossParams& params);

// loss = -logprob; kl, clipped and ratio stay undefined.
TokenLoss nllLoss(const at::Tensor& logprobs);

}  // namespace serl
