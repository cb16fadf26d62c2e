#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "core/model_config.h"

namespace serl {

// One layer's keys and values. Keys are stored transposed, so that one query scores a block's keys as one vector.
struct KvBlocks {
  at::Tensor keys;    // [blocks, kvHeads, headDim, kBlockSize]
  at::Tensor values;  // [blocks, kvHeads, kBlockSize, headDim]
};

// Keys and values of every layer in blocks of kBlockSize tokens, handed out from a free list. A block belongs to one
// prompt (shared by its samples) or to one sample's tail. The backend writes and reads them.
class KvCache {
 public:
  static constexpr int64_t kBlockSize = 32;

  // Uninitialised, with the options' device and dtype.
  KvCache(const ModelConfig& config, int64_t blocks, at::TensorOptions options);

  static int64_t blockBytes(const ModelConfig& config, at::ScalarType dtype);
  static int64_t blocksFor(int64_t tokens) { return (tokens + kBlockSize - 1) / kBlockSize; }

  int64_t freeBlocks() const { return static_cast<int64_t>(free_.size()); }
  std::vector<int32_t> take(int64_t count);
  // Empties the list.
  void release(std::vector<int32_t>& blocks);

  const KvBlocks& layer(int64_t layer) const { return layers_[static_cast<size_t>(layer)]; }
  int64_t layers() const { return static_cast<int64_t>(layers_.size()); }
  int64_t bytes() const;

 private:
  std::vector<KvBlocks> layers_;
  std::vector<int32_t> free_;
};

}  // namespace serl
