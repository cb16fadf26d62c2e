#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/sampler.h"
#include "core/simd_math.h"

// Logits are read vocabulary-major, [vocab, R], as weight-times-activations products leave them: one vocabulary entry
// of all rows is one vector. Masses are summed per block of entries, so a draw searches blocks first, then one block.
namespace serl {
namespace {

constexpr int64_t kEntries = 256;  // vocabulary entries a block

struct Softmax {
  const float* logits;  // [vocab, R]
  int64_t vocabulary, rows, blocks;
  float inverseTemperature;
  std::vector<float> blockHighest;  // [blocks, R]
  std::vector<float> highest;       // [R]
  std::vector<float> blockMass;     // [blocks, R] sum of exp((x - highest) / temperature)
  std::vector<double> mass;         // [R]

  float weight(int64_t entry, int64_t row) const {
    return fastExp((logits[entry * rows + row] - highest[static_cast<size_t>(row)]) * inverseTemperature);
  }
  float logprob(int64_t entry, int64_t row) const {
    const auto r = static_cast<size_t>(row);
    return static_cast<float>(static_cast<double>((logits[entry * rows + row] - highest[r]) * inverseTemperature) -
                              std::log(mass[r]));
  }
};

void findHighest(Softmax& s) {
  s.blockHighest.assign(static_cast<size_t>(s.blocks * s.rows), -std::numeric_limits<float>::infinity());
  at::parallel_for(0, s.blocks, 8, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      float* highest = s.blockHighest.data() + b * s.rows;
      for (int64_t e = b * kEntries; e < std::min((b + 1) * kEntries, s.vocabulary); ++e) {
        const float* x = s.logits + e * s.rows;
#pragma omp simd
        for (int64_t r = 0; r < s.rows; ++r) highest[r] = x[r] > highest[r] ? x[r] : highest[r];
      }
    }
  });
  s.highest.assign(s.blockHighest.begin(), s.blockHighest.begin() + s.rows);
  for (int64_t b = 1; b < s.blocks; ++b) {
    for (int64_t r = 0; r < s.rows; ++r) {
      s.highest[static_cast<size_t>(r)] =
          std::max(s.highest[static_cast<size_t>(r)], s.blockHighest[static_cast<size_t>(b * s.rows + r)]);
    }
  }
}

void sumMasses(Softmax& s) {
  s.blockMass.assign(static_cast<size_t>(s.blocks * s.rows), 0.0f);
  const float* highest = s.highest.data();
  const float scale = s.inverseTemperature;
  at::parallel_for(0, s.blocks, 8, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      float* mass = s.blockMass.data() + b * s.rows;
      for (int64_t e = b * kEntries; e < std::min((b + 1) * kEntries, s.vocabulary); ++e) {
        const float* x = s.logits + e * s.rows;
#pragma omp simd
        for (int64_t r = 0; r < s.rows; ++r) mass[r] += fastExp((x[r] - highest[r]) * scale);
      }
    }
  });
  s.mass.assign(static_cast<size_t>(s.rows), 0.0);
  for (int64_t b = 0; b < s.blocks; ++b) {
    for (int64_t r = 0; r < s.rows; ++r)
      s.mass[static_cast<size_t>(r)] += static_cast<double>(s.blockMass[static_cast<size_t>(b * s.rows + r)]);
  }
}

int64_t greedyEntry(const Softmax& s, int64_t row) {
  for (int64_t b = 0; b < s.blocks; ++b) {
    if (s.blockHighest[static_cast<size_t>(b * s.rows + row)] != s.highest[static_cast<size_t>(row)]) continue;
    for (int64_t e = b * kEntries; e < std::min((b + 1) * kEntries, s.vocabulary); ++e) {
      if (s.logits[e * s.rows + row] == s.highest[static_cast<size_t>(row)]) return e;
    }
  }
  return 0;  // only NaN logits come here
}

int64_t drawEntry(const Softmax& s, int64_t row, double uniform) {
  double left = uniform * s.mass[static_cast<size_t>(row)];
  int64_t last = 0;
  for (int64_t b = 0; b < s.blocks; ++b) {
    const double blockMass = static_cast<double>(s.blockMass[static_cast<size_t>(b * s.rows + row)]);
    if (left >= blockMass && b + 1 < s.blocks) {
      left -= blockMass;
      continue;
    }
    for (int64_t e = b * kEntries; e < std::min((b + 1) * kEntries, s.vocabulary); ++e) {
      const double w = static_cast<double>(s.weight(e, row));
      if (w > 0) last = e;
      if (left < w) return e;
      left -= w;
    }
  }
  return last;  // rounding left a crumb past the last entry
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
int64_t restrictedEntry(const Softmax& s, int64_t row, const SampleParams& params, const SampleRow& request) {
  std::vector<float> x(static_cast<size_t>(s.vocabulary));  // [vocab]
  for (int64_t e = 0; e < s.vocabulary; ++e) x[static_cast<size_t>(e)] = s.logits[e * s.rows + row];
  if (params.presencePenalty != 0.0) {
    std::vector<int32_t> seen = *request.generated;
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (int32_t token : seen) x[static_cast<size_t>(token)] -= static_cast<float>(params.presencePenalty);
  }
  const auto best = std::max_element(x.begin(), x.end());
  if (params.temperature == 0.0) return best - x.begin();
  const float highest = *best;
  for (float& value : x) value = fastExp((value - highest) * s.inverseTemperature);
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

Sampled sampleTokensCpu(const at::Tensor& logits, const SampleParams& params, const std::vector<SampleRow>& rows) {
  const at::Tensor entryMajor = logits.to(at::kFloat).t().contiguous();  // [vocab, R]; no copy after linear()
  Softmax s;
  s.logits = entryMajor.const_data_ptr<float>();
  s.vocabulary = entryMajor.size(0);
  s.rows = entryMajor.size(1);
  s.blocks = (s.vocabulary + kEntries - 1) / kEntries;
  s.inverseTemperature = params.temperature == 0.0 ? 1.0f : static_cast<float>(1.0 / params.temperature);
  findHighest(s);
  sumMasses(s);
  for (double mass : s.mass) {
    if (!std::isfinite(mass)) throw Error(ErrorCode::Internal, kDiverged);
  }
  const bool restricted = params.presencePenalty != 0.0 || (params.topP < 1.0 && params.temperature != 0.0);
  Sampled out;
  out.tokens.resize(rows.size());
  out.logprobs.resize(rows.size());
  at::parallel_for(0, s.rows, 1, [&](int64_t begin, int64_t end) {
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

}  // namespace serl
