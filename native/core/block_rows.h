#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace serl {

// One query token. Its keys: the prefix blocks, shared by the rows of its group, then the tail blocks.
struct BlockRow {
  int64_t group = 0;  // rows of a group are adjacent
  const std::vector<int32_t>* prefixBlocks = nullptr;
  int64_t prefixLength = 0;
  const std::vector<int32_t>* tailBlocks = nullptr;
  int64_t tailLength = 0;  // including the token itself

  int64_t position() const { return prefixLength + tailLength - 1; }
};

// The rows of one forward pass; made once, used by every layer.
struct BlockRows {
  std::vector<BlockRow> rows;          // [R]
  std::vector<int64_t> groupBegin;     // [G + 1] rows of group g: groupBegin[g] .. groupBegin[g + 1]
  at::Tensor positions;                // [R] int64, on the device
  at::Tensor writeBlock, writeOffset;  // [R] int64, on the device: where the token's key and value go
};

BlockRows blockRows(std::vector<BlockRow> rows, at::Device device);

}  // namespace serl
