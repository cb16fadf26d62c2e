#include "core/kv_cache.h"

#include <ATen/ATen.h>

namespace serl {

KvCache::KvCache(const ModelConfig& config, int64_t blocks, at::TensorOptions options) {
  for (int64_t layer = 0; layer < config.numHiddenLayers; ++layer) {
    layers_.push_back({.keys = at::empty({blocks, config.numKeyValueHeads, config.headDim, kBlockSize}, options),
                       .values = at::empty({blocks, config.numKeyValueHeads, kBlockSize, config.headDim}, options)});
  }
  for (int64_t block = blocks - 1; block >= 0; --block) free_.push_back(static_cast<int32_t>(block));
}

int64_t KvCache::blockBytes(const ModelConfig& config, at::ScalarType dtype) {
  return 2 * config.numHiddenLayers * config.keyValueSize() * kBlockSize *
         static_cast<int64_t>(c10::elementSize(dtype));
}

std::vector<int32_t> KvCache::take(int64_t count) {
  TORCH_INTERNAL_ASSERT(count <= freeBlocks());
  std::vector<int32_t> blocks(free_.end() - count, free_.end());
  free_.resize(free_.size() - static_cast<size_t>(count));
  return blocks;
}

void KvCache::release(std::vector<int32_t>& blocks) {
  free_.insert(free_.end(), blocks.begin(), blocks.end());
  blocks.clear();
}

int64_t KvCache::bytes() const {
  int64_t total = 0;
  for (const KvBlocks& blocks : layers_) total += static_cast<int64_t>(blocks.keys.nbytes() + blocks.values.nbytes());
  return total;
}

}  // namespace serl
