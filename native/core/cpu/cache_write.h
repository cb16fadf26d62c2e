#pragma once
#include <ATen/core/Tensor.h>

#include "core/block_rows.h"
#include "core/kv_cache.h"

namespace serl::cpu {

// k, v [T, kvHeads, headDim], float32 or bfloat16 as the cache, go to the rows' slots.
void writeKeysValues(const KvBlocks& cache, const at::Tensor& k, const at::Tensor& v, const BlockRows& rows);

}  // namespace serl::cpu
