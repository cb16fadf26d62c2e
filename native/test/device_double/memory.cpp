#include "test/device_double/memory.h"

#include <c10/core/Allocator.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

namespace device_double {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kArenaBytes = size_t{1} << 31;

// One address range: opening and closing it is one call for any number of tensors.
class Arena {
 public:
  Arena() {
    void* memory =
        mmap(nullptr, kArenaBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, /*fd=*/-1, /*offset=*/0);
    TORCH_CHECK(memory != MAP_FAILED, "the device double cannot reserve its memory");
    begin_ = static_cast<char*>(memory);
    // with protection keys a thread opens the memory without a system call, and only for itself
    key_ = pkey_alloc(0, PKEY_DISABLE_ACCESS);
    if (key_ >= 0) TORCH_CHECK(pkey_mprotect(begin_, kArenaBytes, PROT_READ | PROT_WRITE, key_) == 0, "pkey_mprotect");
  }

  bool holds(const char* address) const { return address >= begin_ && address < begin_ + kArenaBytes; }

  char* take(size_t bytes) {
    const std::lock_guard lock(mutex_);
    std::vector<char*>& free = free_[bytes];
    char* memory = begin_ + used_;
    if (free.empty()) {
      TORCH_CHECK(used_ + bytes <= kArenaBytes, "the device double is out of memory");
      used_ += bytes;
    } else {
      memory = free.back();
      free.pop_back();
    }
    sizes_[memory] = bytes;
    return memory;
  }

  void giveBack(char* memory) {
    const std::lock_guard lock(mutex_);
    free_[sizes_.at(memory)].push_back(memory);
    sizes_.erase(memory);
  }

  // Without keys, several threads may be on the device: the last one closes it.
  void enter() {
    if (key_ >= 0) return (void)pkey_set(key_, 0);
    const std::lock_guard lock(mutex_);
    if (threads_++ == 0) mprotect(begin_, kArenaBytes, PROT_READ | PROT_WRITE);
  }
  void leave() {
    if (key_ >= 0) return (void)pkey_set(key_, PKEY_DISABLE_ACCESS);
    const std::lock_guard lock(mutex_);
    if (--threads_ == 0) mprotect(begin_, kArenaBytes, PROT_NONE);
  }

 private:
  std::mutex mutex_;
  char* begin_;
  size_t used_ = 0;
  int threads_ = 0;
  int key_ = -1;
  std::map<size_t, std::vector<char*>> free_;  // by bytes
  std::map<char*, size_t> sizes_;              // of blocks in use
};

Arena& arena() {
  static Arena& arena = *new Arena;  // tensors may outlive everything
  return arena;
}

thread_local int depth = 0;

void giveBack(void* memory) { arena().giveBack(static_cast<char*>(memory)); }

struct Allocator : c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    const size_t size = std::bit_ceil(std::max(bytes, kPage));
    char* memory = arena().take(size);
    const OnDevice open;
    std::memset(memory, 0xff, size);  // NaN as float32 and bfloat16
    return {memory, memory, &giveBack, c10::Device(c10::kPrivateUse1, 0)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &giveBack; }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    const OnDevice open;
    std::memcpy(to, from, bytes);
  }
};

void onFault(int, siginfo_t* info, void*) {
  if (arena().holds(static_cast<char*>(info->si_addr))) {
    constexpr char message[] = "the host touched the memory of the device\n";
    (void)!write(STDERR_FILENO, message, sizeof message - 1);
    _exit(kHostTouchedDevice);
  }
  std::signal(SIGSEGV, SIG_DFL);  // another fault: default handling when the access is retried
}

}  // namespace

c10::Allocator* allocator() {
  static Allocator allocator;
  return &allocator;
}

OnDevice::OnDevice() {
  if (depth++ == 0) arena().enter();
}

OnDevice::~OnDevice() {
  if (--depth == 0) arena().leave();
}

bool onDevice() { return depth > 0; }

void watchMemory() {
  arena();  // constructed before a fault needs it
  struct sigaction action{};
  action.sa_sigaction = onFault;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, nullptr);
}

}  // namespace device_double
