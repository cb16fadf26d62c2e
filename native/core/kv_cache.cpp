#include "core/kv_cache.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace serl {
namespace {

template <typename T>
void writeTokens(const KvBlocks& to, const at::Tensor& k, const at::Tensor& v, const at::Tensor& block,
                 const at::Tensor& offset) {
  constexpr int64_t size = KvCache::kBlockSize;
  const at::Tensor key = k.contiguous(), value = v.contiguous();
  const int64_t tokens = key.size(0), heads = key.size(1), dim = key.size(2);
  const T *keyIn = key.const_data_ptr<T>(), *valueIn = value.const_data_ptr<T>();
  const auto *blocks = block.const_data_ptr<int64_t>(), *offsets = offset.const_data_ptr<int64_t>();
  T *keyOut = to.keys.mutable_data_ptr<T>(), *valueOut = to.values.mutable_data_ptr<T>();
  at::parallel_for(0, tokens * heads, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t token = i / heads, at = (blocks[token] * heads + i % heads) * size * dim;
      T* out = keyOut + at + offsets[token];
      for (int64_t d = 0; d < dim; ++d) out[d * size] = keyIn[i * dim + d];
      std::copy_n(valueIn + i * dim, dim, valueOut + at + offsets[token] * dim);
    }
  });
}

}  // namespace

void writeBlocksCpu(const KvBlocks& blocks, const at::Tensor& k, const at::Tensor& v, const at::Tensor& block,
                    const at::Tensor& offset) {
  if (k.scalar_type() == at::kBFloat16) return writeTokens<at::BFloat16>(blocks, k, v, block, offset);
  writeTokens<float>(blocks, k, v, block, offset);
}

KvCache::KvCache(const ModelConfig& config, int64_t blocks, at::TensorOptions options)
    : portable_(config.portableKernels) {
  for (int64_t layer = 0; layer < config.numHiddenLayers; ++layer) {
    layers_.push_back({at::empty({blocks, config.numKeyValueHeads, config.headDim, kBlockSize}, options),
                       at::empty({blocks, config.numKeyValueHeads, kBlockSize, config.headDim}, options)});
    // the CPU kernel reads no unused slot; tensor operations multiply them by 0, which must not meet a NaN
    if (config.portableKernels || !options.device().is_cpu()) layers_.back().values.zero_();
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
  const KvBlocks& blocks = layers_[static_cast<size_t>(layer)];
  if (blocks.keys.is_cpu() && !portable_) return writeBlocksCpu(blocks, k, v, block, offset);
  at::Tensor keys = blocks.keys, values = blocks.values;
  keys.index_put_({block, at::indexing::Slice(), at::indexing::Slice(), offset}, k);
  values.index_put_({block, at::indexing::Slice(), offset}, v);
}

int64_t KvCache::bytes() const {
  int64_t total = 0;
  for (const KvBlocks& blocks : layers_) total += static_cast<int64_t>(blocks.keys.nbytes() + blocks.values.nbytes());
  return total;
}

}  // namespace serl
