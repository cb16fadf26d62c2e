#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <mutex>

namespace serl {

// Keeps the memory of freed activations for the next ones of like size: the system would hand out zeroed pages every
// time, a tenth of a training step. Holds no more than was in use at once, and nothing after release().
class MemoryPool {
 public:
  MemoryPool();
  ~MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  // Uninitialised float32, contiguous, on the CPU. Its memory may outlive the pool.
  at::Tensor take(at::IntArrayRef shape);
  // Gives what is not in use back to the system.
  void release();

 private:
  struct Blocks;
  std::shared_ptr<Blocks> blocks_;
};

}  // namespace serl
