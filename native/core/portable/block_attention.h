#pragma once
#include <ATen/core/Tensor.h>

#include "core/block_rows.h"
#include "core/kv_cache.h"

// Attention over the block cache as tensor operations, for any device.
namespace serl::portable {

// Rows and groups as tensors; made once a decode step, used by every layer.
struct BlockTables {
  at::Tensor prefixTable, tailTable;      // [G, B], [R, B'] int64 block ids, 0 beyond the end
  at::Tensor prefixLengths, tailLengths;  // [G], [R] int64
  at::Tensor rowSlot;                     // [R] int64: place in the grid [G, largestGroup]
  int64_t largestGroup = 0;
};

// Of rows that have prefixes.
BlockTables blockTables(const BlockRows& rows, at::Device device);

// k, v [T, kvHeads, headDim] go to the rows' slots.
void writeKeysValues(const KvBlocks& cache, const at::Tensor& k, const at::Tensor& v, const BlockRows& rows);

// q [R, heads, headDim] against the cached prefix (once per group) and the own tail, merged by log-sum-exp
// (Milakov & Gimelshein 2018; Juravsky et al. 2024, "Hydragen"). window: keys a query sees, itself included (0 = all).
// -> [R, heads * headDim]
at::Tensor blockAttention(const at::Tensor& q, const KvBlocks& cache, const BlockRows& rows, const BlockTables& tables,
                          int64_t window);

// q [T, heads, headDim], the last T tokens of a sequence whose `length` keys lie in the cache's blocks [B] int64.
// -> [T, heads * headDim]
at::Tensor laterAttention(const at::Tensor& q, const KvBlocks& cache, const at::Tensor& blocks, int64_t length,
                          int64_t window);

}  // namespace serl::portable
