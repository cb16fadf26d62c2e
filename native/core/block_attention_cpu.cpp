#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/block_attention.h"
#include "core/shared_tasks.h"
#include "core/simd.h"
#include "core/simd_math.h"

// One task = the queries of up to kRowsPerTask neighbouring rows of a group that share a key-value head. They meet each
// block that all of them see together, then each row the rest of its tail; a running maximum and sum merge the blocks
// (online softmax).
namespace serl {
namespace {

constexpr int64_t kBlock = KvCache::kBlockSize;
constexpr int64_t kRowsPerTask = 16;
constexpr int kTile = 4;  // queries that share one load of a key or value

using Vec = cpu::Vector<cpu::kLanes>;

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

// In one order, however the caller was compiled.
float sumOf(const float* weights) {
  Vec sum = cpu::load(weights);
  for (int64_t j = cpu::kLanes; j < kBlock; j += cpu::kLanes) sum += cpu::load(weights + j);
  float lanes[cpu::kLanes], total = 0.0f;
  cpu::store(lanes, sum);
  for (float lane : lanes) total += lane;
  return total;
}

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
    const float blockSum = sumOf(scores[q]);
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
  Vec sum[Count][Vecs];
  for (int q = 0; q < Count; ++q)
    for (int v = 0; v < Vecs; ++v) sum[q][v] = cpu::load(output + q * dim + v * cpu::kLanes);
  for (int64_t j = from; j < to; ++j) {
    Vec value[Vecs];
    for (int v = 0; v < Vecs; ++v) value[v] = cpu::load(values + j * dim + v * cpu::kLanes);
#pragma GCC unroll 4
    for (int q = 0; q < Count; ++q) {
      const Vec weight = cpu::broadcast(weights[q][j]);
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
  Vec sum[Count][kVecs] = {};
  for (int64_t d = 0; d < dim; ++d) {
    Vec key[kVecs];
    for (int v = 0; v < kVecs; ++v) key[v] = cpu::load(keys + d * kBlock + v * cpu::kLanes);
#pragma GCC unroll 4
    for (int q = 0; q < Count; ++q) {
      const Vec x = cpu::broadcast(query[q * dim + d]);
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
  for (; d + cpu::kLanes <= dim; d += cpu::kLanes) addValues<Count, 1>(output + d, scores, values + d, dim, from, to);
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

// What a layer's tasks read and write.
template <typename T>
struct Layer {
  const T* q;      // [R, heads, d]
  T* out;          // [R, heads, d]
  float* logSums;  // [R, heads] or null
  LayerCache<T> cache;
  const BlockPlan& plan;
  int64_t heads, window;

  int64_t share() const { return heads / cache.kvHeads; }
};

template <typename T>
void begin(Running& s, const Task& task, const Layer<T>& layer) {
  const int64_t dim = layer.cache.dim, share = layer.share(), rows = task.rowEnd - task.rowBegin;
  const auto queries = static_cast<size_t>(rows * share);
  s.query.resize(queries * static_cast<size_t>(dim));
  s.output.assign(queries * static_cast<size_t>(dim), 0.0f);
  s.highest.assign(queries, -1e30f);
  s.sum.assign(queries, 0.0f);
  const float scale = 1.0f / std::sqrt(static_cast<float>(dim));
  for (int64_t r = 0; r < rows; ++r) {
    const T* q = layer.q + ((task.rowBegin + r) * layer.heads + task.kvHead * share) * dim;
    float* query = s.query.data() + r * share * dim;
    for (int64_t i = 0; i < share * dim; ++i) query[i] = static_cast<float>(q[i]) * scale;
  }
}

template <typename T>
void finish(const Running& s, const Task& task, const Layer<T>& layer) {
  const int64_t dim = layer.cache.dim, share = layer.share();
  for (int64_t r = 0; r < task.rowEnd - task.rowBegin; ++r) {
    for (int64_t h = 0; h < share; ++h) {
      const auto query = static_cast<size_t>(r * share + h);
      const int64_t to = (task.rowBegin + r) * layer.heads + task.kvHead * share + h;
      const float* output = s.output.data() + static_cast<int64_t>(query) * dim;
      for (int64_t d = 0; d < dim; ++d) layer.out[to * dim + d] = static_cast<T>(output[d] / s.sum[query]);
      if (layer.logSums != nullptr) layer.logSums[to] = s.highest[query] + std::log(s.sum[query]);
    }
  }
}

// Rows [first, last) of the task, which share a tail: its whole blocks together, then each row what is left.
template <typename T>
void attendTails(Running& s, const Task& task, const Layer<T>& layer, int64_t first, int64_t last) {
  const int64_t share = layer.share();
  const auto row = [&](int64_t r) -> const BlockRow& {
    return layer.plan.rows[static_cast<size_t>(task.rowBegin + r)];
  };
  const std::vector<int32_t>& blocks = *row(first).tailBlocks;
  if (layer.window > 0) {  // each row sees another part
    for (int64_t r = first; r < last; ++r) {
      const int64_t visible = std::max<int64_t>(row(r).position() - layer.window + 1, 0);
      if (visible < row(r).prefixLength)
        attendList(s, r * share, (r + 1) * share, layer.cache, task.kvHead, *row(r).prefixBlocks, visible,
                   row(r).prefixLength);
      attendList(s, r * share, (r + 1) * share, layer.cache, task.kvHead, blocks,
                 std::max<int64_t>(visible - row(r).prefixLength, 0), row(r).tailLength);
    }
    return;
  }
  const int64_t common = row(first).tailLength / kBlock * kBlock;  // later rows see more
  attendList(s, first * share, last * share, layer.cache, task.kvHead, blocks, 0, common);
  for (int64_t r = first; r < last; ++r)
    attendList(s, r * share, (r + 1) * share, layer.cache, task.kvHead, blocks, common, row(r).tailLength);
}

template <typename T>
void runTask(const Task& task, const Layer<T>& layer) {
  thread_local Running s;
  begin(s, task, layer);
  const int64_t rows = task.rowEnd - task.rowBegin;
  const BlockRow* row = layer.plan.rows.data() + task.rowBegin;
  if (layer.window == 0 && row->prefixLength > 0)
    attendList(s, 0, rows * layer.share(), layer.cache, task.kvHead, *row->prefixBlocks, 0, row->prefixLength);
  for (int64_t first = 0, last = 0; first < rows; first = last) {
    while (last < rows && row[last].tailBlocks == row[first].tailBlocks) ++last;
    attendTails(s, task, layer, first, last);
  }
  finish(s, task, layer);
}

std::vector<Task> tasksOf(const BlockPlan& plan, int64_t kvHeads) {
  std::vector<Task> tasks;
  for (size_t g = 0; g + 1 < plan.groupBegin.size(); ++g) {
    for (int64_t begin = plan.groupBegin[g]; begin < plan.groupBegin[g + 1]; begin += kRowsPerTask) {
      for (int64_t h = 0; h < kvHeads; ++h)
        tasks.push_back({h, begin, std::min(begin + kRowsPerTask, plan.groupBegin[g + 1])});
    }
  }
  return tasks;
}

template <typename T>
at::Tensor run(const at::Tensor& q, const KvBlocks& blocks, const BlockPlan& plan, int64_t window,
               at::Tensor* logSums) {
  const at::Tensor query = q.contiguous();
  const int64_t heads = query.size(1), kvHeads = blocks.keys.size(1), dim = query.size(2);
  at::Tensor out = at::empty({query.size(0), heads * dim}, query.options());
  if (logSums != nullptr) *logSums = at::empty({query.size(0), heads}, query.options().dtype(at::kFloat));
  const Layer<T> layer{query.const_data_ptr<T>(),
                       out.mutable_data_ptr<T>(),
                       logSums == nullptr ? nullptr : logSums->mutable_data_ptr<float>(),
                       {blocks.keys.const_data_ptr<T>(), blocks.values.const_data_ptr<T>(), kvHeads, dim},
                       plan,
                       heads,
                       window};
  const std::vector<Task> tasks = tasksOf(plan, kvHeads);
  cpu::sharedTasks(static_cast<int64_t>(tasks.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) runTask(tasks[static_cast<size_t>(t)], layer);
  });
  return out;
}

}  // namespace

at::Tensor blockAttentionCpu(const at::Tensor& q, const KvBlocks& cache, const BlockPlan& plan, int64_t window,
                             at::Tensor* logSums) {
  if (q.scalar_type() == at::kBFloat16) return run<at::BFloat16>(q, cache, plan, window, logSums);
  return run<float>(q, cache, plan, window, logSums);
}

}  // namespace serl
