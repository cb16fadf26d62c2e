#include "core/memory_pool.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace serl {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kSmallest = size_t{1} << 16;  // bytes; below it malloc is fast enough
constexpr size_t kHugePage = size_t{1} << 21;

void* allocate(size_t bytes) {
  void* memory = nullptr;  // not aligned_alloc, which asks for a multiple of the alignment
  if (posix_memalign(&memory, bytes >= 2 * kHugePage ? kHugePage : kAlignment, bytes) != 0) throw std::bad_alloc();
#if defined(__linux__)
  if (bytes >= 2 * kHugePage) madvise(memory, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
  return memory;
}

}  // namespace

struct MemoryPool::Blocks {
  std::mutex mutex;
  std::multimap<size_t, void*> free;  // by size
  size_t freeBytes = 0, usedBytes = 0, peakBytes = 0;

  ~Blocks() { trim(0); }

  // A free block of `bytes` to 9/8 of it, or null.
  void* reuse(size_t& bytes) {
    const auto found = free.lower_bound(bytes);
    if (found == free.end() || found->first > bytes + bytes / 8) return nullptr;
    bytes = found->first;
    void* memory = found->second;
    free.erase(found);
    freeBytes -= bytes;
    return memory;
  }

  // Largest first, until at most `bytes` are free.
  void trim(size_t bytes) {
    while (freeBytes > bytes) {
      const auto last = std::prev(free.end());
      freeBytes -= last->first;
      std::free(last->second);
      free.erase(last);
    }
  }

  void* take(size_t& bytes) {
    const std::lock_guard lock(mutex);
    void* memory = reuse(bytes);
    usedBytes += bytes;
    peakBytes = std::max(peakBytes, usedBytes);
    trim(peakBytes - usedBytes);
    if (memory != nullptr) return memory;
    try {
      return allocate(bytes);
    } catch (...) {
      usedBytes -= bytes;
      throw;
    }
  }

  void giveBack(void* memory, size_t bytes) {
    const std::lock_guard lock(mutex);
    usedBytes -= bytes;
    freeBytes += bytes;
    free.emplace_hint(free.lower_bound(bytes), bytes, memory);  // first of its size: still in the CPU caches
  }
};

MemoryPool::MemoryPool() : blocks_(std::make_shared<Blocks>()) {}
MemoryPool::~MemoryPool() = default;

at::Tensor MemoryPool::take(at::IntArrayRef shape) {
  size_t bytes = sizeof(float);
  for (int64_t size : shape) bytes *= static_cast<size_t>(size);
  const auto options = at::TensorOptions().dtype(at::kFloat);
  if (bytes < kSmallest) return at::empty(shape, options);
  bytes = (bytes + kSmallest - 1) / kSmallest * kSmallest;
  if (bytes >= 2 * kHugePage) bytes = (bytes + kHugePage / 8 - 1) / (kHugePage / 8) * (kHugePage / 8);
  void* memory = blocks_->take(bytes);
  return at::from_blob(
      memory, shape, [blocks = blocks_, bytes](void* data) { blocks->giveBack(data, bytes); }, options);
}

void MemoryPool::release() {
  const std::lock_guard lock(blocks_->mutex);
  blocks_->trim(0);
  blocks_->peakBytes = blocks_->usedBytes;
}

}  // namespace serl
