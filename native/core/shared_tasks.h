#pragma once
#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>

namespace serl::cpu {

// Calls body(begin, end) for runs of at most `run` of the tasks [0, count), which the threads fetch as they get free: a
// core that other programs slow down holds nobody up. Which thread takes a task must not matter.
template <typename Body>
void sharedTasks(int64_t count, int64_t run, const Body& body) {
  const int64_t runs = (count + run - 1) / run;
  std::atomic<int64_t> next{0};
  at::parallel_for(0, std::min<int64_t>(at::get_num_threads(), runs), 1, [&](int64_t, int64_t) {
    for (int64_t i = next.fetch_add(1, std::memory_order_relaxed); i < runs;
         i = next.fetch_add(1, std::memory_order_relaxed)) {
      body(i * run, std::min(count, (i + 1) * run));
    }
  });
}

}  // namespace serl::cpu
