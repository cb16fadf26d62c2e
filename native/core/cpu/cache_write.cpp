#include "core/cpu/cache_write.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace serl::cpu {
namespace {

template <typename T>
void writeTokens(const KvBlocks& to, const at::Tensor& k, const at::Tensor& v, const BlockRows& rows) {
  constexpr int64_t size = KvCache::kBlockSize;
  const at::Tensor key = k.contiguous(), value = v.contiguous();
  const int64_t tokens = key.size(0), heads = key.size(1), dim = key.size(2);
  const T *keyIn = key.const_data_ptr<T>(), *valueIn = value.const_data_ptr<T>();
  const auto *blocks = rows.writeBlock.const_data_ptr<int64_t>(), *offsets = rows.writeOffset.const_data_ptr<int64_t>();
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

void writeKeysValues(const KvBlocks& cache, const at::Tensor& k, const at::Tensor& v, const BlockRows& rows) {
  if (k.scalar_type() == at::kBFloat16) return writeTokens<at::BFloat16>(cache, k, v, rows);
  writeTokens<float>(cache, k, v, rows);
}

}  // namespace serl::cpu
