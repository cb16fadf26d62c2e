#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace serl {

enum class Part { products, attention, elementwise, sampling };
inline constexpr size_t kParts = 4;

// Nanoseconds that an engine's thread spent in each part of the work. On the CPU; a GPU's kernels run on after the
// call.
struct Profile {
  std::array<std::atomic<int64_t>, kParts> nanoseconds{};

  // The profile that this thread's timers add to, for as long as the scope lives.
  struct Scope {
    explicit Scope(Profile& profile) : outer(current) { current = &profile; }
    ~Scope() { current = outer; }
    Profile* outer;
  };
  static inline thread_local Profile* current = nullptr;
};

// Adds the time of its life to a part.
struct PartTimer {
  explicit PartTimer(Part part) : part(part), begin(std::chrono::steady_clock::now()) {}
  ~PartTimer() {
    if (Profile::current == nullptr) return;
    const auto taken = std::chrono::steady_clock::now() - begin;
    Profile::current->nanoseconds[static_cast<size_t>(part)] +=
        std::chrono::duration_cast<std::chrono::nanoseconds>(taken).count();
  }
  Part part;
  std::chrono::steady_clock::time_point begin;
};

}  // namespace serl
