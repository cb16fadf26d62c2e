#include "core/cpu/sampler.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/cpu/simd_exp.h"
#include "core/cpu/softmax.h"

namespace serl::cpu {
namespace {

int64_t greedyEntry(const ColumnSoftmax& s, int64_t row) {
  for (int64_t b = 0; b < s.blocks; ++b) {
    if (s.blockHighest[static_cast<size_t>(b * s.columns + row)] != s.highest[static_cast<size_t>(row)]) continue;
    for (int64_t e = b * ColumnSoftmax::kEntries; e < s.blockEnd(b); ++e) {
      if (s.logits[e * s.columns + row] == s.highest[static_cast<size_t>(row)]) return e;
    }
  }
  return 0;  // only NaN logits come here
}

int64_t drawEntry(const ColumnSoftmax& s, int64_t row, double uniform) {
  double left = uniform * s.mass[static_cast<size_t>(row)];
  int64_t last = 0;
  for (int64_t b = 0; b < s.blocks; ++b) {
    const double blockMass = static_cast<double>(s.blockMass[static_cast<size_t>(b * s.columns + row)]);
    if (left >= blockMass && b + 1 < s.blocks) {
      left -= blockMass;
      continue;
    }
    for (int64_t e = b * ColumnSoftmax::kEntries; e < s.blockEnd(b); ++e) {
      const double w = static_cast<double>(s.weight(e, row));
      if (w > 0) last = e;
      if (left < w) return e;
      left -= w;
    }
  }
  return last;  // rounding left a remainder past the last entry
}

// The smallest set of heaviest entries whose mass reaches topP; ties go to the lower entry. Returned in vocabulary
// order.
std::vector<int32_t> nucleusEntries(const std::vector<float>& weights, double topP) {
  const double goal = topP * std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<int32_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0);
  const auto heavier = [&](int32_t a, int32_t b) {
    const float x = weights[static_cast<size_t>(a)], y = weights[static_cast<size_t>(b)];
    return x != y ? x > y : a < b;
  };
  double reached = 0;
  size_t taken = 0;
  for (size_t count = 64; reached < goal && taken < order.size(); count *= 8) {
    const size_t end = std::min(order.size(), count);
    std::nth_element(order.begin() + static_cast<std::ptrdiff_t>(taken),
                     order.begin() + static_cast<std::ptrdiff_t>(end - 1), order.end(), heavier);
    std::sort(order.begin() + static_cast<std::ptrdiff_t>(taken), order.begin() + static_cast<std::ptrdiff_t>(end),
              heavier);
    while (taken < end && reached < goal) reached += static_cast<double>(weights[static_cast<size_t>(order[taken++])]);
    if (reached >= goal) break;
  }
  order.resize(taken);
  std::sort(order.begin(), order.end());
  return order;
}

// The general case, row by row: penalty and nucleus need the row's own copy.
int64_t restrictedEntry(const ColumnSoftmax& s, int64_t row, const SampleParams& params, const SampleRow& request) {
  std::vector<float> x(static_cast<size_t>(s.vocabulary));  // [vocab]
  for (int64_t e = 0; e < s.vocabulary; ++e) x[static_cast<size_t>(e)] = s.logits[e * s.columns + row];
  if (params.presencePenalty != 0.0) {
    std::vector<int32_t> seen = *request.generated;
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (int32_t token : seen) x[static_cast<size_t>(token)] -= static_cast<float>(params.presencePenalty);
  }
  const auto best = std::max_element(x.begin(), x.end());
  if (params.temperature == 0.0) return best - x.begin();
  const float highest = *best;
  overRuns(0, s.vocabulary,
           [&](Run run) { run.store(x.data(), exponential((run.load(x.data()) - highest) * s.inverseTemperature)); });
  std::vector<int32_t> entries;
  if (params.topP < 1.0) {
    entries = nucleusEntries(x, params.topP);
  } else {
    entries.resize(x.size());
    std::iota(entries.begin(), entries.end(), 0);
  }
  double mass = 0;
  for (int32_t e : entries) mass += static_cast<double>(x[static_cast<size_t>(e)]);
  double left = request.uniform * mass;
  for (int32_t e : entries) {
    left -= static_cast<double>(x[static_cast<size_t>(e)]);
    if (left < 0) return e;
  }
  return entries.back();
}

}  // namespace

Sampled sampleTokens(const at::Tensor& logits, const SampleParams& params, const std::vector<SampleRow>& rows) {
  const at::Tensor entryMajor = logits.to(at::kFloat).t().contiguous();  // [vocab, R]; no copy after linear()
  const float inverseTemperature = params.temperature == 0.0 ? 1.0f : static_cast<float>(1.0 / params.temperature);
  const ColumnSoftmax s =
      columnSoftmax(entryMajor.const_data_ptr<float>(), entryMajor.size(0), entryMajor.size(1), inverseTemperature);
  for (size_t row = 0; row < s.mass.size(); ++row) {
    if (!std::isfinite(s.mass[row])) return {.notFinite = row};
  }
  const bool restricted = params.presencePenalty != 0.0 || (params.topP < 1.0 && params.temperature != 0.0);
  Sampled out;
  out.tokens.resize(rows.size());
  out.logprobs.resize(rows.size());
  at::parallel_for(0, s.columns, 1, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const auto i = static_cast<size_t>(r);
      const int64_t entry = restricted                  ? restrictedEntry(s, r, params, rows[i])
                            : params.temperature == 0.0 ? greedyEntry(s, r)
                                                        : drawEntry(s, r, rows[i].uniform);
      out.tokens[i] = static_cast<int32_t>(entry);
      out.logprobs[i] = s.logprob(entry, r);
    }
  });
  return out;
}

}  // namespace serl::cpu
