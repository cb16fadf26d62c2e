#include "core/device.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>
#include <latch>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "core/error.h"

namespace serl {

at::Tensor upload(const std::vector<int64_t>& values, at::Device device) {
  return at::tensor(at::ArrayRef<int64_t>(values), at::TensorOptions().dtype(at::kLong)).to(device);
}

int cudaDeviceCount() { return at::hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().deviceCount()) : 0; }

at::Device parseDevice(const std::string& name) {
  try {
    return at::Device(name);
  } catch (const c10::Error&) {
    throw Error(ErrorCode::Argument, "device is " + name + ": cpu or cuda:INDEX");
  }
}

void requireDevice(at::Device device) {
  if (device.is_cpu() || device.is_privateuseone() || (device.is_cuda() && at::hasCUDA())) return;
  if (!device.is_cuda()) throw Error(ErrorCode::Argument, "device is " + device.str() + ": cpu or cuda");
  throw Error(ErrorCode::Unsupported, "device " + device.str() + ": this build of libtorch sees no CUDA device");
}

// First called when the addon loads, before any engine sets a number: at::get_num_threads() on a new thread is what any
// engine set last.
int defaultThreads() {
  static const int threads = at::get_num_threads();
  return threads;
}

// libgomp ends the process where a thread cannot be started, as where a container allows few: tried here instead.
void requireThreads(int threads) {
  std::vector<std::thread> started;
  std::latch all(1);
  try {
    for (int i = 1; i < threads; ++i) started.emplace_back([&all] { all.wait(); });
  } catch (const std::system_error&) {
    all.count_down();
    for (std::thread& thread : started) thread.join();
    throw Error(ErrorCode::Unsupported, "the system starts no more than " + std::to_string(started.size()) + " of " +
                                            std::to_string(threads) + " threads: ask for fewer");
  }
  all.count_down();
  for (std::thread& thread : started) thread.join();
}

int useThreads(int threads) {
  at::get_num_threads();  // a thread's first call takes the number any engine set last: must precede our own
  const int wanted = threads > 0 ? threads : defaultThreads();
  requireThreads(std::min(wanted, kMostThreads));
  at::set_num_threads(std::min(wanted, kMostThreads));
  return at::get_num_threads();
}

int cudaIndex(const std::string& device) {
  const at::Device parsed = parseDevice(device);
  return parsed.is_cuda() ? std::max<int>(parsed.index(), 0) : -1;
}

void releaseDeviceMemory(int cudaIndex) {
  if (cudaIndex >= 0) c10::getDeviceAllocator(at::kCUDA)->emptyCache();
}

}  // namespace serl
