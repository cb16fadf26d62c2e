#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/decode_attention.h"
#include "core/shared_tasks.h"
#include "core/simd.h"
#include "core/simd_math.h"

// One task = the queries of up to kRowsPerTask neighbouring rows of a group that share a key-value head. They meet each
// prefix block together, then each row its own tail; a running maximum and sum merge the blocks (online softmax).
namespace serl {
namespace {

constexpr int64_t kBlock = KvCache::kBlockSize;
constexpr int64_t kRowsPerTask = 16;
constexpr int kTile = 4;  // queries that share one load of a key or value

struct Task {
  int64_t kvHead, rowBegin, rowEnd;
};

// Running softmax state of a task's queries, all float32.
struct Running {
  std::vector<float> query;    // [Q, d] scaled
  std::vector<float> output;   // [Q, d] unnormalised
  std::vector<float> highest;  // [Q]
  std::vector<float> sum;      // [Q]
};

// The softmax state takes in one block's scores [Count, kBlock], of which [from, to) are visible: they become weights.
template <int Count>
void mergeScores(Running& s, int64_t begin, float (*scores)[kBlock], int64_t dim, int64_t from, int64_t to) {
  for (int q = 0; q < Count; ++q) {
    float blockHighest = -std::numeric_limits<float>::infinity();
    for (int64_t j = from; j < to; ++j) blockHighest = std::max(blockHighest, scores[q][j]);
    float& highest = s.highest[static_cast<size_t>(begin + q)];
    const float next = std::max(highest, blockHighest);
    const float rescale = fastExp(highest - next);
#pragma omp simd
    for (int64_t j = 0; j < kBlock; ++j) scores[q][j] = (j >= from && j < to) ? fastExp(scores[q][j] - next) : 0.0f;
    float blockSum = 0.0f;
#pragma omp simd reduction(+ : blockSum)
    for (int64_t j = 0; j < kBlock; ++j) blockSum += scores[q][j];
    float& sum = s.sum[static_cast<size_t>(begin + q)];
    sum = sum * rescale + blockSum;
    highest = next;
    float* output = s.output.data() + (begin + q) * dim;
    if (rescale == 1.0f) continue;
#pragma omp simd
    for (int64_t d = 0; d < dim; ++d) output[d] *= rescale;
  }
}

// output [Count, dim] += weights [Count, kBlock] * values [kBlock, dim], Vecs vectors of dimensions at a time.
template <int Count, int Vecs>
void addValues(float* output, const float (*weights)[kBlock], const float* values, int64_t dim, int64_t from,
               int64_t to) {
  cpu::Vec sum[Count][Vecs];
  for (int q = 0; q < Count; ++q)
    for (int v = 0; v < Vecs; ++v) sum[q][v] = cpu::load(output + q * dim + v * cpu::kLanes);
  for (int64_t j = from; j < to; ++j) {
    cpu::Vec value[Vecs];
    for (int v = 0; v < Vecs; ++v) value[v] = cpu::load(values + j * dim + v * cpu::kLanes);
#pragma GCC unroll 4
    for (int q = 0; q < Count; ++q) {
      const cpu::Vec weight = cpu::broadcast(weights[q][j]);
#pragma GCC unroll 4
      for (int v = 0; v < Vecs; ++v) sum[q][v] += weight * value[v];
    }
  }
  for (int q = 0; q < Count; ++q)
    for (int v = 0; v < Vecs; ++v) cpu::store(output + q * dim + v * cpu::kLanes, sum[q][v]);
}

// Queries [begin, begin + Count) against one block: keys [d, kBlock], values [kBlock, d], slots [from, to) visible.
template <int Count>
void attendTile(Running& s, int64_t begin, const float* keys, const float* values, int64_t dim, int64_t from,
                int64_t to) {
  constexpr int kVecs = kBlock / cpu::kLanes;
  const float* query = s.query.data() + begin * dim;
  cpu::Vec sum[Count][kVecs] = {};
  for (int64_t d = 0; d < dim; ++d) {
    cpu::Vec key[kVecs];
    for (int v = 0; v < kVecs; ++v) key[v] = cpu::load(keys + d * kBlock + v * cpu::kLanes);
#pragma GCC unroll 4
    for (int q = 0; q < Count; ++q) {
      const cpu::Vec x = cpu::broadcast(query[q * dim + d]);
#pragma GCC unroll 4
      for (int v = 0; v < kVecs; ++v) sum[q][v] += x * key[v];
    }
  }
  alignas(64) float scores[Count][kBlock];
  for (int q = 0; q < Count; ++q)
    for (int v = 0; v < kVecs; ++v) cpu::store(scores[q] + v * cpu::kLanes, sum[q][v]);
  mergeScores<Count>(s, begin, scores, dim, from, to);
  float* output = s.output.data() + begin * dim;
  constexpr int kWide = 2;
  int64_t d = 0;
  for (; d + kWide * cpu::kLanes <= dim; d += kWide * cpu::kLanes)
    addValues<Count, kWide>(output + d, scores, values + d, dim, from, to);
  for (; d < dim; ++d) {
    for (int64_t j = from; j < to; ++j)
      for (int q = 0; q < Count; ++q) output[q * dim + d] += scores[q][j] * values[j * dim + d];
  }
}

void attendBlock(Running& s, int64_t begin, int64_t end, const float* keys, const float* values, int64_t dim,
                 int64_t from, int64_t to) {
  for (; begin + kTile <= end; begin += kTile) attendTile<kTile>(s, begin, keys, values, dim, from, to);
  switch (end - begin) {
    case 3:
      return attendTile<3>(s, begin, keys, values, dim, from, to);
    case 2:
      return attendTile<2>(s, begin, keys, values, dim, from, to);
    case 1:
      return attendTile<1>(s, begin, keys, values, dim, from, to);
  }
}

// A block's keys or values as float32: in place, or widened into scratch.
template <typename T>
const float* widen(const T* block, int64_t count, std::vector<float>& scratch) {
  if constexpr (std::is_same_v<T, float>) {
    return block;
  } else {
    scratch.resize(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) scratch[static_cast<size_t>(i)] = static_cast<float>(block[i]);
    return scratch.data();
  }
}

template <typename T>
struct LayerCache {
  const T* keys;
  const T* values;
  int64_t kvHeads, dim;

  int64_t at(int32_t block, int64_t kvHead) const { return (block * kvHeads + kvHead) * kBlock * dim; }
};

// Visible tokens are [first, length) of a block list.
template <typename T>
void attendList(Running& s, int64_t begin, int64_t end, const LayerCache<T>& cache, int64_t kvHead,
                const std::vector<int32_t>& blocks, int64_t first, int64_t length) {
  thread_local std::vector<float> keyScratch, valueScratch;
  for (int64_t b = first / kBlock; b * kBlock < length; ++b) {
    const int64_t at = cache.at(blocks[static_cast<size_t>(b)], kvHead), size = kBlock * cache.dim;
    attendBlock(s, begin, end, widen(cache.keys + at, size, keyScratch), widen(cache.values + at, size, valueScratch),
                cache.dim, std::max<int64_t>(first - b * kBlock, 0), std::min(length - b * kBlock, kBlock));
  }
}

template <typename T>
void runTask(const Task& task, const T* q, T* out, const LayerCache<T>& cache, const DecodePlan& plan, int64_t heads,
             int64_t window) {
  thread_local Running s;
  const int64_t dim = cache.dim, share = heads / cache.kvHeads, rows = task.rowEnd - task.rowBegin;
  const auto queries = static_cast<size_t>(rows * share);
  s.query.resize(queries * static_cast<size_t>(dim));
  s.output.assign(queries * static_cast<size_t>(dim), 0.0f);
  s.highest.assign(queries, -1e30f);
  s.sum.assign(queries, 0.0f);
  const float scale = 1.0f / std::sqrt(static_cast<float>(dim));
  const auto head = [&](int64_t row) { return ((task.rowBegin + row) * heads + task.kvHead * share) * dim; };
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < share * dim; ++i)
      s.query[static_cast<size_t>(r * share * dim + i)] = static_cast<float>(q[head(r) + i]) * scale;
  }
  const auto firstVisible = [&](const DecodeRow& row) {
    return window > 0 ? std::max<int64_t>(row.position() - window + 1, 0) : 0;
  };
  const DecodeRow& leader = plan.rows[static_cast<size_t>(task.rowBegin)];
  if (window == 0) {
    attendList(s, 0, rows * share, cache, task.kvHead, *leader.prefixBlocks, 0, leader.prefixLength);
  }
  for (int64_t r = 0; r < rows; ++r) {
    const DecodeRow& row = plan.rows[static_cast<size_t>(task.rowBegin + r)];
    const int64_t first = firstVisible(row), begin = r * share, end = begin + share;
    // under a window each row sees another part of the prefix
    if (window > 0 && first < row.prefixLength)
      attendList(s, begin, end, cache, task.kvHead, *row.prefixBlocks, first, row.prefixLength);
    attendList(s, begin, end, cache, task.kvHead, *row.tailBlocks, std::max<int64_t>(first - row.prefixLength, 0),
               row.tailLength);
    for (int64_t i = 0; i < share * dim; ++i) {
      const int64_t at = r * share * dim + i;
      out[head(r) + i] = static_cast<T>(s.output[static_cast<size_t>(at)] / s.sum[static_cast<size_t>(at / dim)]);
    }
  }
}

template <typename T>
at::Tensor run(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values, const DecodePlan& plan,
               int64_t window) {
  const at::Tensor query = q.contiguous();
  const int64_t heads = query.size(1), kvHeads = keys.size(1), dim = query.size(2);
  at::Tensor out = at::empty({query.size(0), heads * dim}, query.options());
  std::vector<Task> tasks;
  for (size_t g = 0; g + 1 < plan.groupBegin.size(); ++g) {
    for (int64_t begin = plan.groupBegin[g]; begin < plan.groupBegin[g + 1]; begin += kRowsPerTask) {
      for (int64_t h = 0; h < kvHeads; ++h)
        tasks.push_back({h, begin, std::min(begin + kRowsPerTask, plan.groupBegin[g + 1])});
    }
  }
  const LayerCache<T> cache{keys.const_data_ptr<T>(), values.const_data_ptr<T>(), kvHeads, dim};
  const T* queryData = query.const_data_ptr<T>();
  T* outData = out.mutable_data_ptr<T>();
  cpu::sharedTasks(static_cast<int64_t>(tasks.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t)
      runTask(tasks[static_cast<size_t>(t)], queryData, outData, cache, plan, heads, window);
  });
  return out;
}

}  // namespace

at::Tensor decodeAttentionCpu(const at::Tensor& q, const KvCache& cache, int64_t layer, const DecodePlan& plan,
                              int64_t window) {
  const at::Tensor &keys = cache.keys(layer), &values = cache.values(layer);
  if (q.scalar_type() == at::kBFloat16) return run<at::BFloat16>(q, keys, values, plan, window);
  return run<float>(q, keys, values, plan, window);
}

}  // namespace serl
