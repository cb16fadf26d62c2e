#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "core/kv_cache.h"

namespace serl {

// One sample that decodes: its prompt's blocks are shared with the rows of the same group, its tail is its own.
struct DecodeRow {
  int64_t group = 0;  // rows of a group are neighbours
  const std::vector<int32_t>* prefixBlocks = nullptr;
  int64_t prefixLength = 0;
  const std::vector<int32_t>* tailBlocks = nullptr;
  int64_t tailLength = 0;  // the token being decoded included

  int64_t position() const { return prefixLength + tailLength - 1; }
};

// The rows of one step as the device wants them; made once a step, used by every layer.
struct DecodePlan {
  std::vector<DecodeRow> rows;         // [R]
  std::vector<int64_t> groupBegin;     // [G + 1] rows of group g: groupBegin[g] .. groupBegin[g + 1]
  at::Tensor positions;                // [R] int64
  at::Tensor writeBlock, writeOffset;  // [R] int64: where the new token's key and value go
  // For the portable path only; undefined where the CPU kernel runs.
  at::Tensor prefixTable, tailTable;      // [G, B], [R, B'] int64 block ids, 0 beyond the end
  at::Tensor prefixLengths, tailLengths;  // [G], [R] int64
  at::Tensor rowSlot;                     // [R] int64: place in the grid [G, largestGroup]
  int64_t largestGroup = 0;
};

// portable: tensor operations, as on any device, instead of the CPU kernel.
DecodePlan decodePlan(std::vector<DecodeRow> rows, at::Device device, bool portable);

// q [R, heads, headDim] against the cached prefix (once per group) and the own tail, merged by log-sum-exp
// (Milakov & Gimelshein 2018; Juravsky et al. 2024, "Hydragen"). window as in packedAttention. -> [R, heads * headDim]
at::Tensor decodeAttention(const at::Tensor& q, const KvCache& cache, int64_t layer, const DecodePlan& plan,
                           int64_t window);

// The two implementations: tensor operations for any device, one fused kernel for the CPU.
at::Tensor decodeAttentionAten(const at::Tensor& q, const KvCache& cache, int64_t layer, const DecodePlan& plan,
                               int64_t window);
at::Tensor decodeAttentionCpu(const at::Tensor& q, const KvCache& cache, int64_t layer, const DecodePlan& plan,
                              int64_t window);

}  // namespace serl
