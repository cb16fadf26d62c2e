#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "core/model_config.h"

namespace serl {

// One layer's keys and values. Keys lie transposed, so that one query meets a block's keys as one vector.
struct KvBlocks {
  at::Tensor keys;    // [blocks, kvHeads, headDim, kBlockSize]
  at::Tensor values;  // [blocks, kvHeads, kBlockSize, headDim]
};

// The CPU's way to put k, v [T, kvHeads, headDim] into token slots (block [T], offset [T]), both int64.
void writeBlocksCpu(const KvBlocks& blocks, const at::Tensor& k, const at::Tensor& v, const at::Tensor& block,
                    const at::Tensor& offset);

// Keys and values of every layer in blocks of kBlockSize tokens, handed out from a free list. A block belongs to one
// prompt (shared by its samples) or to one sample's tail.
class KvCache {
 public:
  static constexpr int64_t kBlockSize = 32;

  KvCache(const ModelConfig& config, int64_t blocks, at::TensorOptions options);

  static int64_t blockBytes(const ModelConfig& config, at::ScalarType dtype);
  static int64_t blocksFor(int64_t tokens) { return (tokens + kBlockSize - 1) / kBlockSize; }

  int64_t freeBlocks() const { return static_cast<int64_t>(free_.size()); }
  std::vector<int32_t> take(int64_t count);
  void release(std::vector<int32_t>& blocks);

  // k, v [T, kvHeads, headDim] go to token slots (block [T], offset [T]), both int64 on the cache's device.
  void write(int64_t layer, const at::Tensor& k, const at::Tensor& v, const at::Tensor& block,
             const at::Tensor& offset);

  const KvBlocks& layer(int64_t layer) const { return layers_[static_cast<size_t>(layer)]; }
  int64_t bytes() const;

 private:
  bool portable_;
  std::vector<KvBlocks> layers_;
  std::vector<int32_t> free_;
};

}  // namespace serl
