#pragma once
#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace serl::cpu {

// Calls body(task) for the tasks [0, count), which threads fetch as they become free: a core slowed by other programs
// does not delay the rest. Results must not depend on which thread takes a task.
template <typename Body>
void sharedTasks(int64_t count, const Body& body) {
  std::atomic<int64_t> next{0};
  at::parallel_for(0, std::min<int64_t>(at::get_num_threads(), count), 1, [&](int64_t, int64_t) {
    for (int64_t task = next.fetch_add(1, std::memory_order_relaxed); task < count;
         task = next.fetch_add(1, std::memory_order_relaxed)) {
      body(task);
    }
  });
}

// Calls body(begin, end) for runs of tasks that shrink from a quarter of a thread's share to one task: neighbours stay
// together, and the threads still end together (Polychronopoulos and Kuck 1987, "Guided self-scheduling").
template <typename Body>
void guidedTasks(int64_t count, const Body& body) {
  const int64_t threads = std::min<int64_t>(at::get_num_threads(), count);
  std::atomic<int64_t> next{0};
  at::parallel_for(0, threads, 1, [&](int64_t, int64_t) {
    int64_t begin = next.load(std::memory_order_relaxed);
    while (begin < count) {
      const int64_t end = begin + std::max<int64_t>(1, (count - begin) / (4 * threads));
      if (!next.compare_exchange_weak(begin, end, std::memory_order_relaxed)) continue;
      body(begin, end);
      begin = next.load(std::memory_order_relaxed);
    }
  });
}

}  // namespace serl::cpu
