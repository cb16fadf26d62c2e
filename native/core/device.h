#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

// What the machine is, and the way to its devices.
namespace serl {

struct DeviceMemory {
  int64_t allocated = 0;  // bytes handed out by the caching allocator
  int64_t total = 0;      // bytes of the device
};

// [n] int64 on the device.
at::Tensor upload(const std::vector<int64_t>& values, at::Device device);

int cudaDeviceCount();
// Throws Error(Argument) for what is no device's name.
at::Device parseDevice(const std::string& name);
// Throws Error(Unsupported) where libtorch sees no such device.
void requireDevice(at::Device device);
// As many as libtorch would use, were it not told otherwise: OMP_NUM_THREADS, or all cores.
int defaultThreads();
inline constexpr int kMostThreads = 1024;  // a thread that cannot be started ends the process
// How many threads work for the calling thread from now on; 0: defaultThreads(). OpenMP keeps the number by thread, so
// that each engine has its own; they share the cores. Returns the number. Throws Error(Unsupported) where the system
// does not start so many.
int useThreads(int threads);
// "cuda" and "cuda:1" -> 0 and 1; "cpu" -> -1.
int cudaIndex(const std::string& device);
// Zeros for index -1.
DeviceMemory deviceMemory(int cudaIndex);
// Gives cached blocks back to the driver; nothing for index -1.
void releaseDeviceMemory(int cudaIndex);

}  // namespace serl
