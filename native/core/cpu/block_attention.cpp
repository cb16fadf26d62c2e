#include "core/cpu/block_attention.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/cpu/shared_tasks.h"
#include "core/cpu/simd.h"
#include "core/cpu/simd_exp.h"

// One task = the queries of up to kRowsPerTask neighbouring rows of a group that share a key-value head. They meet each
// block that all of them see together, then each row the rest of its tail; a running maximum and sum merge the blocks
// (online softmax).
namespace serl::cpu {
namespace {

constexpr int64_t kBlock = KvCache::kBlockSize;
constexpr int64_t kRowsPerTask = 16;
constexpr int kVecs = kBlock / kLanes;  // of a block's scores for one query
// Queries that share one load of a key or value: their sums, kVecs or kWide vectors each, stay in registers.
constexpr int kTile = kLanes == 16 ? 6 : 3;
constexpr int kWide = 4;

using Vec = Vector<kLanes>;

struct RowTask {
  int64_t kvHead, rowBegin, rowEnd;
};

// Running softmax state of a task's queries, all float32.
struct Running {
  std::vector<float> query;    // [Q, d] scaled
  std::vector<float> output;   // [Q, d] unnormalised
  std::vector<float> highest;  // [Q]
  std::vector<float> sum;      // [Q]
};

// Slots [from, to) of a block.
struct Visible {
  int64_t from, to;

  bool whole() const { return from == 0 && to == kBlock; }
};

// One block for the queries of a task: keys [d, kBlock], values [kBlock, d].
struct Block {
  const float *keys, *values;
  int64_t dim;
  Visible visible;
};

// The softmax state of query q absorbs its scores [kBlock] of one block, which become weights.
void mergeScores(Running& s, int64_t q, float* scores, int64_t dim, Visible visible) {
  if (!visible.whole()) {  // hidden slots weigh e^-87, which vanishes next to the highest weight, 1
    std::fill(scores, scores + visible.from, -std::numeric_limits<float>::infinity());
    std::fill(scores + visible.to, scores + kBlock, -std::numeric_limits<float>::infinity());
  }
  Vec best = load(scores);
  for (int v = 1; v < kVecs; ++v) best = larger<kLanes>(best, load(scores + v * kLanes));
  float &highest = s.highest[static_cast<size_t>(q)], &sum = s.sum[static_cast<size_t>(q)];
  const float blockHighest = highestOf(best);
  if (blockHighest > highest) {
    const float rescale = std::exp(highest - blockHighest);
    float* output = s.output.data() + q * dim;
    overRuns(0, dim, [&](Run run) { run.store(output, run.load(output) * rescale); });
    sum *= rescale;
    highest = blockHighest;
  }
  Vec total = {};
  for (int v = 0; v < kVecs; ++v) {
    const Vec weight = exponential(load(scores + v * kLanes) - highest);
    store(scores + v * kLanes, weight);
    total += weight;
  }
  sum += sumOf(total);
}

// output [Count, Vecs vectors from dimension `first` on] += weights [Count, kBlock] * values of the visible slots.
template <int Count, int Vecs>
void addValues(float* output, const float (*weights)[kBlock], int64_t first, const Block& block) {
  const int64_t dim = block.dim;
  Vec sum[Count][Vecs];
  for (int q = 0; q < Count; ++q)
    for (int v = 0; v < Vecs; ++v) sum[q][v] = load(output + q * dim + v * kLanes);
  for (int64_t j = block.visible.from; j < block.visible.to; ++j) {
    Vec weight[Count];
#pragma GCC unroll 6
    for (int q = 0; q < Count; ++q) weight[q] = broadcast(weights[q][j]);
#pragma GCC unroll 4
    for (int v = 0; v < Vecs; ++v) {
      const Vec value = load(block.values + j * dim + first + v * kLanes);
#pragma GCC unroll 6
      for (int q = 0; q < Count; ++q) sum[q][v] += weight[q] * value;
    }
  }
  for (int q = 0; q < Count; ++q)
    for (int v = 0; v < Vecs; ++v) store(output + q * dim + v * kLanes, sum[q][v]);
}

// scores [Count, kBlock] = queries [Count, d] * keys [d, kBlock], of the first Vecs vectors of slots.
template <int Count, int Vecs>
void scoreKeys(float (*scores)[kBlock], const float* query, const Block& block) {
  const int64_t dim = block.dim;
  Vec sum[Count][Vecs] = {};
  for (int64_t d = 0; d < dim; ++d) {
    Vec x[Count];
#pragma GCC unroll 6
    for (int q = 0; q < Count; ++q) x[q] = broadcast(query[q * dim + d]);
#pragma GCC unroll 4
    for (int v = 0; v < Vecs; ++v) {
      const Vec key = load(block.keys + d * kBlock + v * kLanes);
#pragma GCC unroll 6
      for (int q = 0; q < Count; ++q) sum[q][v] += x[q] * key;
    }
  }
  for (int q = 0; q < Count; ++q)
    for (int v = 0; v < Vecs; ++v) store(scores[q] + v * kLanes, sum[q][v]);
}

// Queries [begin, begin + Count) against one block.
template <int Count>
void attendTile(Running& s, int64_t begin, const Block& block) {
  const int64_t dim = block.dim;
  alignas(64) float weights[Count][kBlock];
  const auto score = block.visible.to * 2 <= kBlock ? scoreKeys<Count, kVecs / 2> : scoreKeys<Count, kVecs>;
  score(weights, s.query.data() + begin * dim, block);
  for (int q = 0; q < Count; ++q) mergeScores(s, begin + q, weights[q], dim, block.visible);
  float* output = s.output.data() + begin * dim;
  int64_t d = 0;
  for (; d + kWide * kLanes <= dim; d += kWide * kLanes) addValues<Count, kWide>(output + d, weights, d, block);
  for (; d + kLanes <= dim; d += kLanes) addValues<Count, 1>(output + d, weights, d, block);
  for (; d < dim; ++d) {
    for (int64_t j = block.visible.from; j < block.visible.to; ++j)
      for (int q = 0; q < Count; ++q) output[q * dim + d] += weights[q][j] * block.values[j * dim + d];
  }
}

using TileFunction = void (*)(Running&, int64_t, const Block&);
template <int... Index>
constexpr std::array<TileFunction, kTile> tileFunctions(std::integer_sequence<int, Index...>) {
  return {attendTile<Index + 1>...};
}
constexpr auto kTiles = tileFunctions(std::make_integer_sequence<int, kTile>{});  // [queries - 1]

// Tiles of even size: a single query would wait for its own sums.
void attendBlock(Running& s, int64_t begin, int64_t end, const Block& block) {
  for (int64_t tiles = (end - begin + kTile - 1) / kTile; tiles > 0; --tiles) {
    const int64_t count = (end - begin + tiles - 1) / tiles;
    kTiles[static_cast<size_t>(count - 1)](s, begin, block);
    begin += count;
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

// Tokens [first, length) of a block list.
struct KeyRange {
  const std::vector<int32_t>& blocks;
  int64_t first, length;

  Visible visible(int64_t b) const {
    return {std::max<int64_t>(first - b * kBlock, 0), std::min(length - b * kBlock, kBlock)};
  }
};

// Queries [begin, end) of a task against a range.
template <typename T>
void attendRange(Running& s, int64_t begin, int64_t end, const LayerCache<T>& cache, int64_t kvHead,
                 const KeyRange& range) {
  thread_local std::vector<float> keyScratch, valueScratch;
  if (range.first >= range.length) return;
  for (int64_t b = range.first / kBlock; b * kBlock < range.length; ++b) {
    const int64_t size = kBlock * cache.dim, at = cache.at(range.blocks[static_cast<size_t>(b)], kvHead);
    const float* keys = widen(cache.keys + at, size, keyScratch);
    const float* values = widen(cache.values + at, size, valueScratch);
    attendBlock(s, begin, end, {.keys = keys, .values = values, .dim = cache.dim, .visible = range.visible(b)});
  }
}

// The arrays that a layer's tasks read and write.
template <typename T>
struct LayerView {
  const T* q;      // [R, heads, d]
  T* out;          // [R, heads, d]
  float* logSums;  // [R, heads] or null
  LayerCache<T> cache;
  const BlockRows& rows;
  int64_t heads, window;

  int64_t share() const { return heads / cache.kvHeads; }
};

template <typename T>
void begin(Running& s, const RowTask& task, const LayerView<T>& layer) {
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
void finish(const Running& s, const RowTask& task, const LayerView<T>& layer) {
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

// The part of a row's prefix and tail that it sees.
KeyRange visiblePrefix(const BlockRow& row, int64_t window) {
  return {*row.prefixBlocks, window > 0 ? std::max<int64_t>(row.position() - window + 1, 0) : 0, row.prefixLength};
}
KeyRange visibleTail(const BlockRow& row, int64_t window) {
  const int64_t first = window > 0 ? row.position() - window + 1 - row.prefixLength : 0;
  return {*row.tailBlocks, std::max<int64_t>(first, 0), row.tailLength};
}

// Rows [first, last) of the task, which share a tail: its whole blocks together, then each row the rest.
template <typename T>
void attendTails(Running& s, const RowTask& task, const LayerView<T>& layer, int64_t first, int64_t last) {
  const int64_t share = layer.share(), window = layer.window;
  const BlockRow* row = layer.rows.rows.data() + task.rowBegin;
  const auto attend = [&](int64_t from, int64_t to, const KeyRange& range) {
    attendRange(s, from * share, to * share, layer.cache, task.kvHead, range);
  };
  if (window > 0) {  // each row sees a different part
    for (int64_t r = first; r < last; ++r) {
      if (row[r].prefixLength > 0) attend(r, r + 1, visiblePrefix(row[r], window));
      attend(r, r + 1, visibleTail(row[r], window));
    }
    return;
  }
  const int64_t common = row[first].tailLength / kBlock * kBlock;  // later rows see more
  attend(first, last, {*row[first].tailBlocks, 0, common});
  for (int64_t r = first; r < last; ++r) attend(r, r + 1, {*row[r].tailBlocks, common, row[r].tailLength});
}

template <typename T>
void runTask(const RowTask& task, const LayerView<T>& layer) {
  thread_local Running s;
  begin(s, task, layer);
  const int64_t rows = task.rowEnd - task.rowBegin;
  const BlockRow* row = layer.rows.rows.data() + task.rowBegin;
  if (layer.window == 0 && row->prefixLength > 0)
    attendRange(s, 0, rows * layer.share(), layer.cache, task.kvHead, visiblePrefix(*row, 0));
  for (int64_t first = 0, last = 0; first < rows; first = last) {
    while (last < rows && row[last].tailBlocks == row[first].tailBlocks) ++last;
    attendTails(s, task, layer, first, last);
  }
  finish(s, task, layer);
}

std::vector<RowTask> tasksOf(const BlockRows& rows, int64_t kvHeads) {
  std::vector<RowTask> tasks;
  for (size_t g = 0; g + 1 < rows.groupBegin.size(); ++g) {
    for (int64_t begin = rows.groupBegin[g]; begin < rows.groupBegin[g + 1]; begin += kRowsPerTask) {
      for (int64_t h = 0; h < kvHeads; ++h)
        tasks.push_back(
            {.kvHead = h, .rowBegin = begin, .rowEnd = std::min(begin + kRowsPerTask, rows.groupBegin[g + 1])});
    }
  }
  return tasks;
}

template <typename T>
at::Tensor run(const at::Tensor& q, const KvBlocks& blocks, const BlockRows& rows, int64_t window,
               at::Tensor* logSums) {
  const at::Tensor query = q.contiguous();
  const int64_t heads = query.size(1), kvHeads = blocks.keys.size(1), dim = query.size(2);
  at::Tensor out = at::empty({query.size(0), heads * dim}, query.options());
  if (logSums != nullptr) *logSums = at::empty({query.size(0), heads}, query.options().dtype(at::kFloat));
  const LayerView<T> layer{.q = query.const_data_ptr<T>(),
                           .out = out.mutable_data_ptr<T>(),
                           .logSums = logSums == nullptr ? nullptr : logSums->mutable_data_ptr<float>(),
                           .cache = {.keys = blocks.keys.const_data_ptr<T>(),
                                     .values = blocks.values.const_data_ptr<T>(),
                                     .kvHeads = kvHeads,
                                     .dim = dim},
                           .rows = rows,
                           .heads = heads,
                           .window = window};
  const std::vector<RowTask> tasks = tasksOf(rows, kvHeads);
  sharedTasks(static_cast<int64_t>(tasks.size()), [&](int64_t t) { runTask(tasks[static_cast<size_t>(t)], layer); });
  return out;
}

}  // namespace

at::Tensor blockAttention(const at::Tensor& q, const KvBlocks& cache, const BlockRows& rows, int64_t window,
                          at::Tensor* logSums) {
  if (q.scalar_type() == at::kBFloat16) return run<at::BFloat16>(q, cache, rows, window, logSums);
  return run<float>(q, cache, rows, window, logSums);
}

}  // namespace serl::cpu
