#include "core/portable/block_attention.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/device.h"

namespace serl::portable {
namespace {

// [n, longest] int64: the blocks that hold the first lengths[i] tokens of each list, rows padded with block 0.
at::Tensor blockTable(const std::vector<const std::vector<int32_t>*>& lists, const std::vector<int64_t>& lengths,
                      at::Device device) {
  int64_t longest = 1;
  for (int64_t length : lengths) longest = std::max(longest, KvCache::blocksFor(length));
  std::vector<int64_t> table(lists.size() * static_cast<size_t>(longest), 0);
  for (size_t i = 0; i < lists.size(); ++i) {
    std::copy_n(lists[i]->begin(), KvCache::blocksFor(lengths[i]),
                table.begin() + static_cast<std::ptrdiff_t>(i) * longest);
  }
  return upload(table, device).view({static_cast<int64_t>(lists.size()), longest});
}

// The keys [n, kvHeads, d, slots] and values [n, kvHeads, slots, d] of n block lists, table [n, B]; slots = B *
// kBlockSize.
std::pair<at::Tensor, at::Tensor> gatherBlocks(const KvBlocks& cache, const at::Tensor& table) {
  const int64_t n = table.size(0), lists = table.size(1), kvHeads = cache.keys.size(1), dim = cache.keys.size(2);
  const at::Tensor blocks = table.flatten();
  return {cache.keys.index_select(0, blocks)
              .view({n, lists, kvHeads, dim, KvCache::kBlockSize})
              .permute({0, 2, 3, 1, 4})
              .reshape({n, kvHeads, dim, lists * KvCache::kBlockSize}),
          cache.values.index_select(0, blocks)
              .view({n, lists, kvHeads, KvCache::kBlockSize, dim})
              .permute({0, 2, 1, 3, 4})
              .reshape({n, kvHeads, lists * KvCache::kBlockSize, dim})};
}

// Softmax numerator sums over one set of keys, ready to be merged with another set's.
struct Partial {
  at::Tensor output;  // [..., Q, d] normalised
  at::Tensor logSum;  // [..., Q] log of the softmax denominator
};

// q [n, kvHeads, Q, d] scaled; table [n, B]; visible [n, 1, Q or 1, B * kBlockSize] bool.
Partial attendBlocks(const at::Tensor& q, const KvBlocks& cache, const at::Tensor& table, const at::Tensor& visible) {
  const auto [k, v] = gatherBlocks(cache, table);
  const at::Tensor scores =
      at::matmul(q, k).to(at::kFloat).masked_fill(visible.logical_not(), -std::numeric_limits<float>::infinity());
  // a window may hide a whole prefix: its log-sum is -inf and its weight 0
  const at::Tensor highest = scores.amax(-1, true).clamp_min(-1e30);
  const at::Tensor weights = at::exp(scores - highest);
  const at::Tensor sum = weights.sum(-1, true);
  const at::Tensor output = at::matmul((weights / sum.clamp_min(1e-30)).to(v.scalar_type()), v).to(at::kFloat);
  return {.output = output, .logSum = (highest + at::log(sum)).squeeze(-1)};
}

at::Tensor visibleKeys(int64_t length, const at::Tensor& lengths, const at::Tensor& firstVisible) {
  const at::Tensor index = at::arange(length, lengths.options());                            // [length]
  return index.lt(lengths.unsqueeze(-1)).logical_and(index.ge(firstVisible.unsqueeze(-1)));  // [..., length]
}

}  // namespace

BlockTables blockTables(const BlockRows& rows, at::Device device) {
  BlockTables tables;
  std::vector<int64_t> prefixLengths, tailLengths, rowSlot;
  std::vector<const std::vector<int32_t>*> prefixLists, tailLists;
  for (size_t g = 0; g + 1 < rows.groupBegin.size(); ++g)
    tables.largestGroup = std::max(tables.largestGroup, rows.groupBegin[g + 1] - rows.groupBegin[g]);
  for (size_t g = 0; g + 1 < rows.groupBegin.size(); ++g) {
    const BlockRow& first = rows.rows[static_cast<size_t>(rows.groupBegin[g])];
    prefixLists.push_back(first.prefixBlocks);
    prefixLengths.push_back(first.prefixLength);
    for (int64_t r = rows.groupBegin[g]; r < rows.groupBegin[g + 1]; ++r) {
      const BlockRow& row = rows.rows[static_cast<size_t>(r)];
      tailLists.push_back(row.tailBlocks);
      tailLengths.push_back(row.tailLength);
      rowSlot.push_back(static_cast<int64_t>(g) * tables.largestGroup + r - rows.groupBegin[g]);
    }
  }
  tables.prefixTable = blockTable(prefixLists, prefixLengths, device);
  tables.tailTable = blockTable(tailLists, tailLengths, device);
  tables.prefixLengths = upload(prefixLengths, device);
  tables.tailLengths = upload(tailLengths, device);
  tables.rowSlot = upload(rowSlot, device);
  return tables;
}

void writeKeysValues(const KvBlocks& cache, const at::Tensor& k, const at::Tensor& v, const BlockRows& rows) {
  const at::indexing::Slice all;
  at::Tensor keys = cache.keys, values = cache.values;
  keys.index_put_({rows.writeBlock, all, all, rows.writeOffset}, k);
  values.index_put_({rows.writeBlock, all, rows.writeOffset}, v);
}

at::Tensor blockAttention(const at::Tensor& q, const KvBlocks& blocks, const BlockRows& rows, const BlockTables& tables,
                          int64_t window) {
  const at::Tensor& positions = rows.positions;
  const int64_t rowCount = q.size(0), heads = q.size(1), dim = q.size(2), kvHeads = blocks.keys.size(1),
                share = heads / kvHeads;
  const int64_t groups = tables.prefixTable.size(0), slots = tables.largestGroup;
  const at::Tensor scaled = q.contiguous() * (1.0 / std::sqrt(static_cast<double>(dim)));
  const at::Tensor first = window > 0 ? (positions - window + 1).clamp_min(0) : at::zeros_like(positions);  // [R]

  // every group's rows side by side against its prefix: [G, kvHeads, slots * share, d]
  const at::Tensor grid = at::zeros({groups * slots, kvHeads, share, dim}, q.options())
                              .index_copy_(0, tables.rowSlot, scaled.view({rowCount, kvHeads, share, dim}))
                              .view({groups, slots, kvHeads, share, dim})
                              .permute({0, 2, 1, 3, 4})
                              .reshape({groups, kvHeads, slots * share, dim});
  const at::Tensor gridFirst =
      at::zeros({groups * slots}, first.options()).index_copy_(0, tables.rowSlot, first).view({groups, slots});
  const at::Tensor prefixVisible =
      visibleKeys(tables.prefixTable.size(1) * KvCache::kBlockSize, tables.prefixLengths.unsqueeze(1), gridFirst)
          .repeat_interleave(share, 1)
          .unsqueeze(1);  // [G, 1, slots * share, length]
  Partial prefix = attendBlocks(grid, blocks, tables.prefixTable, prefixVisible);
  const auto perRow = [&](const at::Tensor& x,
                          at::IntArrayRef trailing) {  // [G, kvHeads, slots * share, ...] -> [R, kvHeads, share, ...]
    std::vector<int64_t> shape{groups, kvHeads, slots, share};
    shape.insert(shape.end(), trailing.begin(), trailing.end());
    return x.reshape(shape).transpose(1, 2).flatten(0, 1).index_select(0, tables.rowSlot);
  };
  prefix.output = perRow(prefix.output, {dim});
  prefix.logSum = perRow(prefix.logSum, {});

  const at::Tensor rowPrefix = positions + 1 - tables.tailLengths;  // [R] prefix length of the row's group
  const at::Tensor tailVisible = visibleKeys(tables.tailTable.size(1) * KvCache::kBlockSize, tables.tailLengths,
                                             (first - rowPrefix).clamp_min(0))
                                     .unsqueeze(1)
                                     .unsqueeze(1);  // [R, 1, 1, length]
  const Partial tail =
      attendBlocks(scaled.view({rowCount, kvHeads, share, dim}), blocks, tables.tailTable, tailVisible);

  const at::Tensor total = at::logaddexp(prefix.logSum, tail.logSum);  // [R, kvHeads, share]
  const at::Tensor merged = prefix.output * at::exp(prefix.logSum - total).unsqueeze(-1) +
                            tail.output * at::exp(tail.logSum - total).unsqueeze(-1);
  return merged.to(q.scalar_type()).reshape({rowCount, heads * dim});
}

at::Tensor laterAttention(const at::Tensor& q, const KvBlocks& cache, const at::Tensor& blocks, int64_t length,
                          int64_t window) {
  const int64_t tokens = q.size(0), heads = q.size(1), dim = q.size(2), share = heads / cache.keys.size(1);
  const auto [k, v] = gatherBlocks(cache, blocks.unsqueeze(0));  // [1, kvHeads, d, slots], [1, kvHeads, slots, d]
  const auto written = [&](const at::Tensor& x) {                // [1, kvHeads, slots, d] -> [1, heads, length, d]
    return x.narrow(2, 0, length).repeat_interleave(share, 1);
  };
  const at::Tensor positions = at::arange(length - tokens, length, blocks.options());  // [T]
  const at::Tensor first = window > 0 ? (positions - window + 1).clamp_min(0) : at::zeros_like(positions);
  const at::Tensor visible = visibleKeys(length, positions + 1, first);  // [T, length]
  const at::Tensor attended =
      at::scaled_dot_product_attention(q.transpose(0, 1).unsqueeze(0), written(k.transpose(2, 3)), written(v), visible);
  return attended.squeeze(0).transpose(0, 1).reshape({tokens, heads * dim});
}

}  // namespace serl::portable
