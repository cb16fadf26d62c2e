#include "core/cpu/softmax.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/cpu/simd_exp.h"

namespace serl::cpu {
namespace {

// Calls body(block) for every block, shared out over the threads.
template <typename Body>
void overBlocks(const ColumnSoftmax& s, const Body& body) {
  at::parallel_for(0, s.blocks, 8, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) body(b);
  });
}

// [blocks, C] -> [C], in the order of the blocks.
std::vector<double> sumOverBlocks(const ColumnSoftmax& s, const std::vector<float>& partials) {
  std::vector<double> sum(static_cast<size_t>(s.columns), 0.0);
  for (int64_t b = 0; b < s.blocks; ++b) {
    for (int64_t c = 0; c < s.columns; ++c)
      sum[static_cast<size_t>(c)] += static_cast<double>(partials[static_cast<size_t>(b * s.columns + c)]);
  }
  return sum;
}

void findHighest(ColumnSoftmax& s) {
  s.blockHighest.assign(static_cast<size_t>(s.blocks * s.columns), -std::numeric_limits<float>::infinity());
  overBlocks(s, [&](int64_t b) {
    float* highest = s.blockHighest.data() + b * s.columns;
    for (int64_t e = b * ColumnSoftmax::kEntries; e < s.blockEnd(b); ++e) {
      const float* x = s.logits + e * s.columns;
#pragma omp simd
      for (int64_t c = 0; c < s.columns; ++c) highest[c] = x[c] > highest[c] ? x[c] : highest[c];
    }
  });
  s.highest.assign(s.blockHighest.begin(), s.blockHighest.begin() + s.columns);
  for (int64_t b = 1; b < s.blocks; ++b) {
    for (int64_t c = 0; c < s.columns; ++c) {
      s.highest[static_cast<size_t>(c)] =
          std::max(s.highest[static_cast<size_t>(c)], s.blockHighest[static_cast<size_t>(b * s.columns + c)]);
    }
  }
}

// A lone column's entries are neighbours; added one by one, as those of many columns are.
void sumColumn(const ColumnSoftmax& s, int64_t block, float* mass) {
  overRuns(block * ColumnSoftmax::kEntries, s.blockEnd(block), [&](Run run) {
    const Vector<kLanes> weights = exponential((run.load(s.logits) - s.highest[0]) * s.inverseTemperature);
    for (int i = 0; i < kLanes; ++i)
      if (i < run.count) *mass += weights[i];
  });
}

void sumMasses(ColumnSoftmax& s) {
  s.blockMass.assign(static_cast<size_t>(s.blocks * s.columns), 0.0f);
  const float* highest = s.highest.data();
  const float scale = s.inverseTemperature;
  overBlocks(s, [&](int64_t b) {
    float* mass = s.blockMass.data() + b * s.columns;
    if (s.columns == 1) return sumColumn(s, b, mass);
    for (int64_t e = b * ColumnSoftmax::kEntries; e < s.blockEnd(b); ++e) {
      const float* x = s.logits + e * s.columns;
      overRuns(0, s.columns, [&](Run run) {
        run.store(mass, run.load(mass) + exponential((run.load(x) - run.load(highest)) * scale));
      });
    }
  });
  s.mass = sumOverBlocks(s, s.blockMass);
}

}  // namespace

ColumnSoftmax columnSoftmax(const float* logits, int64_t vocabulary, int64_t columns, float inverseTemperature) {
  const int64_t blocks = (vocabulary + ColumnSoftmax::kEntries - 1) / ColumnSoftmax::kEntries;
  ColumnSoftmax s{.logits = logits,
                  .vocabulary = vocabulary,
                  .columns = columns,
                  .blocks = blocks,
                  .inverseTemperature = inverseTemperature};
  findHighest(s);
  sumMasses(s);
  return s;
}

// With y = (x - highest) / temperature: H = log sum e^y - sum p y.
std::vector<float> columnEntropies(const ColumnSoftmax& s) {
  std::vector<float> partials(static_cast<size_t>(s.blocks * s.columns), 0.0f);  // [blocks, C] sum of e^y y
  const float* highest = s.highest.data();
  const float scale = s.inverseTemperature;
  overBlocks(s, [&](int64_t b) {
    float* partial = partials.data() + b * s.columns;
    for (int64_t e = b * ColumnSoftmax::kEntries; e < s.blockEnd(b); ++e) {
      const float* x = s.logits + e * s.columns;
      overRuns(0, s.columns, [&](Run run) {
        const Vector<kLanes> y = (run.load(x) - run.load(highest)) * scale;
        run.store(partial, run.load(partial) + exponential(y) * y);
      });
    }
  });
  const std::vector<double> weighted = sumOverBlocks(s, partials);
  std::vector<float> entropies(static_cast<size_t>(s.columns));
  for (size_t c = 0; c < entropies.size(); ++c)
    entropies[c] = static_cast<float>(std::log(s.mass[c]) - weighted[c] / s.mass[c]);
  return entropies;
}

void logitGradients(const ColumnSoftmax& s, const int64_t* targets, const ColumnSlopes& slopes, float* logits) {
  // exp(z) * (factor + tilt * z), with z = log p + log mass
  std::vector<float> factors(static_cast<size_t>(s.columns)), tilts(static_cast<size_t>(s.columns));  // [C]
  for (size_t c = 0; c < factors.size(); ++c) {
    const double slope = slopes.entropy == nullptr ? 0.0 : slopes.entropy[c];
    const double level = slopes.entropy == nullptr ? 0.0 : slopes.entropies[c] - std::log(s.mass[c]);
    factors[c] = static_cast<float>((-slopes.logprob[c] - slope * level) / s.mass[c]);
    tilts[c] = static_cast<float>(-slope / s.mass[c]);
  }
  const float *highest = s.highest.data(), *factor = factors.data(), *tilt = tilts.data();
  const float scale = s.inverseTemperature;
  const bool tilted = slopes.entropy != nullptr;
  overBlocks(s, [&](int64_t b) {
    for (int64_t e = b * ColumnSoftmax::kEntries; e < s.blockEnd(b); ++e) {
      float* x = logits + e * s.columns;
      overRuns(0, s.columns, [&](Run run) {
        const auto z = (run.load(x) - run.load(highest)) * scale;
        run.store(x, (tilted ? run.load(factor) + run.load(tilt) * z : run.load(factor)) * exponential(z));
      });
    }
  });
  for (int64_t c = 0; c < s.columns; ++c) logits[targets[c] * s.columns + c] += slopes.logprob[c];
}

}  // namespace serl::cpu
