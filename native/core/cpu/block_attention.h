#pragma once
#include <ATen/core/Tensor.h>

#include "core/block_rows.h"
#include "core/kv_cache.h"

// Attention over the block cache, for float32 and bfloat16 (widened as it is read).
namespace serl::cpu {

// q [R, heads, headDim] against each row's prefix and tail -> [R, heads * headDim]. A row's result does not depend on
// the rows beside it, to the last bit, as long as prefix and tail begin where they do: decoding, prefill and training
// agree. window: keys a query sees, itself included (0 = all). logSums [R, heads] float32, or null: receives the logs
// of the softmax denominators.
at::Tensor blockAttention(const at::Tensor& q, const KvBlocks& cache, const BlockRows& rows, int64_t window,
                          at::Tensor* logSums = nullptr);

}  // namespace serl::cpu
