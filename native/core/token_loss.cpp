#include "core/token_loss.h"

#include <ATen/ATen.h>

namespace serl {
namespace {

void addSurrogate(TokenLoss& out, const PolicyTokens& tokens, const PolicyLossParams& params) {
  const at::Tensor bounds = out.ratio.clamp(1.0 - params.clipLow, 1.0 + params.clipHigh);
  if (params.surrogate == Surrogate::cispo) {
    out.gradient = -tokens.advantages * bounds;
    out.loss = out.gradient * tokens.logprobs;
    out.clipped = bounds.ne(out.ratio);
    return;
  }
  const at::Tensor free = -tokens.advantages * out.ratio, bounded = -tokens.advantages * bounds;
  out.loss = at::maximum(free, bounded);
  out.clipped = bounded.gt(free);
  // d ratio / d logprob = ratio, so the unclipped branch is its own derivative; the clipped branch is constant
  out.gradient = at::where(out.clipped, at::zeros_like(free), free);
}

void addKl(TokenLoss& out, const PolicyTokens& tokens, const PolicyLossParams& params) {
  const at::Tensor d = tokens.logprobs - tokens.referenceLogprobs;
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
  if (params.klCoef == 0.0) return;
  at::Tensor term = out.kl;
  if (params.klByRatio) {
    term = out.ratio * term;
    slope = out.ratio * slope;
    if (params.klEstimator != KlEstimator::k2) slope = slope + term;  // d ratio / d logprob = ratio
  }
  out.loss = out.loss + params.klCoef * term;
  out.gradient = out.gradient + params.klCoef * slope;
}

}  // namespace

TokenLoss policyLoss(const PolicyTokens& tokens, const PolicyLossParams& params) {
  TokenLoss out;
  out.ratio = at::exp(tokens.logprobs - tokens.oldLogprobs);
  addSurrogate(out, tokens, params);
  if (tokens.referenceLogprobs.defined()) addKl(out, tokens, params);
  if (params.entropyCoef != 0.0) {
    out.loss = out.loss - params.entropyCoef * tokens.entropies;
    out.entropyGradient = at::full_like(tokens.entropies, -params.entropyCoef);
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
