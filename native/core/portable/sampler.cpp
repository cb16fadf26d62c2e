#include "core/portable/sampler.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace serl::portable {
namespace {

// [R, vocab] 1 where the row has generated the token.
at::Tensor generatedMask(const at::Tensor& logits, const std::vector<SampleRow>& rows) {
  std::vector<int64_t> flat;
  const int64_t vocabulary = logits.size(1);
  for (size_t r = 0; r < rows.size(); ++r) {
    for (int32_t token : *rows[r].generated) flat.push_back(static_cast<int64_t>(r) * vocabulary + token);
  }
  const at::Tensor index =
      at::tensor(at::ArrayRef<int64_t>(flat), at::TensorOptions().dtype(at::kLong)).to(logits.device());
  return at::zeros({logits.numel()}, logits.options()).index_fill_(0, index, 1.0).view(logits.sizes());
}

// Probabilities outside the nucleus set to 0.
at::Tensor nucleus(const at::Tensor& probabilities, double topP) {
  const auto [sorted, order] = probabilities.sort(/*stable=*/true, /*dim=*/1, /*descending=*/true);
  const at::Tensor before = sorted.cumsum(1, at::kDouble) - sorted;  // mass of the strictly better tokens
  return at::zeros_like(probabilities).scatter_(1, order, sorted.masked_fill(before.ge(topP), 0.0));
}

}  // namespace

Sampled sampleTokens(const at::Tensor& logits, const SampleParams& params, const std::vector<SampleRow>& rows) {
  const bool greedy = params.temperature == 0.0;
  const at::Tensor wide = logits.to(at::kFloat);
  const at::Tensor scaled = greedy ? wide : wide / params.temperature;
  const at::Tensor logprobs = at::log_softmax(scaled, 1);
  const at::Tensor penalized =
      params.presencePenalty == 0.0 ? wide : wide - params.presencePenalty * generatedMask(wide, rows);
  at::Tensor tokens;  // [R, 1] int64
  if (greedy) {
    tokens = penalized.argmax(1, true);
  } else {
    at::Tensor probabilities = at::softmax(penalized / params.temperature, 1);
    if (params.topP < 1.0) probabilities = nucleus(probabilities, params.topP);
    const at::Tensor cumulative = probabilities.cumsum(1, at::kDouble);
    std::vector<double> uniforms;
    for (const SampleRow& row : rows) uniforms.push_back(row.uniform);
    const at::Tensor uniform =
        at::tensor(at::ArrayRef<double>(uniforms), at::TensorOptions().dtype(at::kDouble)).to(logits.device());
    const at::Tensor total = cumulative.narrow(1, cumulative.size(1) - 1, 1);
    // right: the first entry whose cumulative mass exceeds the threshold, never one of zero mass
    tokens = at::searchsorted(cumulative, uniform.unsqueeze(1) * total, /*out_int32=*/false, /*right=*/true)
                 .clamp_max(cumulative.size(1) - 1);
  }
  const at::Tensor hostTokens = tokens.squeeze(1).to(at::kInt).to(at::kCPU);
  const at::Tensor hostLogprobs = logprobs.gather(1, tokens).squeeze(1).to(at::kCPU);
  Sampled out;
  out.tokens.assign(hostTokens.const_data_ptr<int32_t>(), hostTokens.const_data_ptr<int32_t>() + rows.size());
  out.logprobs.assign(hostLogprobs.const_data_ptr<float>(), hostLogprobs.const_data_ptr<float>() + rows.size());
  for (size_t row = 0; row < out.logprobs.size(); ++row) {
    if (!std::isfinite(out.logprobs[row])) return {.notFinite = row};
  }
  return out;
}

}  // namespace serl::portable
