#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace serl {

enum class Work { products, attention, elementwise, sampling };
inline constexpr size_t kWorkKinds = 4;

// Nanoseconds that an engine's thread spent on each kind of work. On a GPU, kernels run on after the call.
struct Profile {
  std::array<std::atomic<int64_t>, kWorkKinds> nanoseconds{};
};

// Adds its lifetime to a kind of work.
class WorkTimer {
 public:
  WorkTimer(Profile& profile, Work work) : profile_(profile), work_(work), begin_(std::chrono::steady_clock::now()) {}
  ~WorkTimer() {
    const auto taken = std::chrono::steady_clock::now() - begin_;
    profile_.nanoseconds[static_cast<size_t>(work_)] +=
        std::chrono::duration_cast<std::chrono::nanoseconds>(taken).count();
  }
  WorkTimer(const WorkTimer&) = delete;
  WorkTimer& operator=(const WorkTimer&) = delete;

 private:
  Profile& profile_;
  Work work_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace serl
