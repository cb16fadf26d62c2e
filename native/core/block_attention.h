#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "core/kv_cache.h"

namespace serl {

// One token that asks: its prompt's blocks are shared with the rows of the same group; then come its tail's.
struct BlockRow {
  int64_t group = 0;  // rows of a group are neighbours
  const std::vector<int32_t>* prefixBlocks = nullptr;
  int64_t prefixLength = 0;
  const std::vector<int32_t>* tailBlocks = nullptr;
  int64_t tailLength = 0;  // up to and with the token itself

  int64_t position() const { return prefixLength + tailLength - 1; }
};

// The rows of one forward pass as the device wants them; made once, used by every layer.
struct BlockPlan {
  std::vector<BlockRow> rows;          // [R]
  std::vector<int64_t> groupBegin;     // [G + 1] rows of group g: groupBegin[g] .. groupBegin[g + 1]
  at::Tensor positions;                // [R] int64
  at::Tensor writeBlock, writeOffset;  // [R] int64: where the new token's key and value go
  // For blockAttentionAten only, else undefined.
  at::Tensor prefixTable, tailTable;      // [G, B], [R, B'] int64 block ids, 0 beyond the end
  at::Tensor prefixLengths, tailLengths;  // [G], [R] int64
  at::Tensor rowSlot;                     // [R] int64: place in the grid [G, largestGroup]
  int64_t largestGroup = 0;
};

// tables: for blockAttentionAten, which the rows must then have prefixes for.
BlockPlan blockPlan(std::vector<BlockRow> rows, at::Device device, bool tables);

// q [R, heads, headDim] against the cached prefix (once per group) and the own tail, merged by log-sum-exp
// (Milakov & Gimelshein 2018; Juravsky et al. 2024, "Hydragen"). window as in packedAttention. -> [R, heads * headDim]
at::Tensor blockAttention(const at::Tensor& q, const KvCache& cache, int64_t layer, const BlockPlan& plan,
                          int64_t window);

// Tensor operations for any device.
at::Tensor blockAttentionAten(const at::Tensor& q, const KvCache& cache, int64_t layer, const BlockPlan& plan,
                              int64_t window);

// q [T, heads, headDim], the last T tokens of a sequence whose `length` keys lie in the cache's blocks [B] int64.
// Tensor operations for any device. -> [T, heads * headDim]
at::Tensor laterAttention(const at::Tensor& q, const KvBlocks& cache, const at::Tensor& blocks, int64_t length,
                          int64_t window);

// The CPU's kernel, on one layer's blocks. A row's result does not depend on the rows beside it, to the last bit, as
// long as prefix and tail begin where they do: decoding, prefill and training agree. logSums [R, heads] float32, or
// null: receives the logs of the softmax denominators.
at::Tensor blockAttentionCpu(const at::Tensor& q, const KvBlocks& cache, const BlockPlan& plan, int64_t window,
                             at::Tensor* logSums = nullptr);

}  // namespace serl
