#include "core/kv_cache.h"

#include <ATen/ATen.h>

namespace serl {

KvCache::KvCache(const ModelConfig& config, int64_t blocks, at::TensorOptions options) {
  for (int64_t layer = 0; layer < config.numHiddenLayers; ++layer) {
    keys_.push_back(at::empty({blocks, config.numKeyValueHeads, config.headDim, kBlockSize}, options));
    values_.push_back(at::empty({blocks, config.numKeyValueHeads, kBlockSize, config.headDim}, options));
    // the CPU kernel reads no unused slot; tensor operations multiply them by 0, which must not meet a NaN
    if (config.portableKernels || !options.device().is_cpu()) values_.back().zero_();
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

void KvCache::write(int64_t layer, const at::Tensor& k, const at::Tensor& v, const at::Tensor& block,
                    const at::Tensor& offset) {
  keys_[static_cast<size_t>(layer)].index_put_({block, at::indexing::Slice(), at::indexing::Slice(), offset}, k);
  values_[static_cast<size_t>(layer)].index_put_({block, at::indexing::Slice(), offset}, v);
}

int64_t KvCache::bytes() const {
  int64_t total = 0;
  for (size_t i = 0; i < keys_.size(); ++i) total += static_cast<int64_t>(keys_[i].nbytes() + values_[i].nbytes());
  return total;
}

}  // namespace serl
