#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

// The machine's devices and threads.
namespace serl {

// [n] int64 on the device.
at::Tensor upload(const std::vector<int64_t>& values, at::Device device);

int cudaDeviceCount();
// Throws Error(Argument) if the name is not that of a device.
at::Device parseDevice(const std::string& name);
// Throws Error(Unsupported) if libtorch sees no such device.
void requireDevice(at::Device device);
// libtorch's own default: OMP_NUM_THREADS, or all cores.
int defaultThreads();
inline constexpr int kMostThreads = 1024;  // a thread that cannot be started ends the process
// Sets how many threads work for the calling thread; 0 = defaultThreads(). OpenMP keeps the number per thread, so each
// engine has its own; all share the cores. Returns the number. Throws Error(Unsupported) if the system starts fewer.
int useThreads(int threads);
// "cuda" and "cuda:1" -> 0 and 1; "cpu" -> -1.
int cudaIndex(const std::string& device);
// Returns cached blocks to the driver; nothing for index -1.
void releaseDeviceMemory(int cudaIndex);

}  // namespace serl
