#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <mutex>

namespace serl {

// Keeps the memory of freed activations for later ones of similar size: fresh zeroed pages from the system would cost a
// tenth of a training step. Holds no more than the peak in use, and nothing after release().
class MemoryPool {
 public:
  MemoryPool();
  ~MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  // Uninitialised float32, contiguous, on the CPU. Its memory may outlive the pool.
  at::Tensor take(at::IntArrayRef shape);
  // Returns unused memory to the system.
  void release();

 private:
  struct Blocks;
  std::shared_ptr<Blocks> blocks_;
};

}  // namespace serl
