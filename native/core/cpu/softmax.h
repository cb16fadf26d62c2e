#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/cpu/simd_math.h"

namespace serl::cpu {

// Softmax of every column of logits [vocab, C]. That is how weight-times-activations products leave them: one
// vocabulary entry of all columns is one vector. Masses are summed by blocks of entries, in a fixed order, and kept, so
// that a draw searches blocks first, then one block.
struct ColumnSoftmax {
  static constexpr int64_t kEntries = 256;  // vocabulary entries per block

  const float* logits;  // [vocab, C]
  int64_t vocabulary, columns, blocks;
  float inverseTemperature;
  std::vector<float> blockHighest;  // [blocks, C]
  std::vector<float> highest;       // [C]
  std::vector<float> blockMass;     // [blocks, C] sum of exp((x - highest) / temperature)
  std::vector<double> mass;         // [C]

  int64_t blockEnd(int64_t block) const {
    const int64_t end = (block + 1) * kEntries;
    return end < vocabulary ? end : vocabulary;
  }
  float scaled(int64_t entry, int64_t column) const {
    return (logits[entry * columns + column] - highest[static_cast<size_t>(column)]) * inverseTemperature;
  }
  float weight(int64_t entry, int64_t column) const { return fastExp(scaled(entry, column)); }
  float logprob(int64_t entry, int64_t column) const {
    return static_cast<float>(static_cast<double>(scaled(entry, column)) - std::log(mass[static_cast<size_t>(column)]));
  }
};

ColumnSoftmax columnSoftmax(const float* logits, int64_t vocabulary, int64_t columns, float inverseTemperature);

// [C] nats.
std::vector<float> columnEntropies(const ColumnSoftmax& softmax);

// Of a loss, divided by the temperature, [C] each.
struct ColumnSlopes {
  const float* logprob;    // d loss / d log p(target)
  const float* entropy;    // d loss / d entropy, or null: 0
  const float* entropies;  // as columnEntropies gives them; read with `entropy` only
};

// d loss / d logits in place of the logits: logprob * (onehot(target) - p) - entropy * p * (log p + entropies).
void logitGradients(const ColumnSoftmax& softmax, const int64_t* targets, const ColumnSlopes& slopes, float* logits);

}  // namespace serl::cpu
