#pragma once
#include <cstdint>
#include <string>

// Calls that differ between libtorch versions, and what the machine is.
namespace serl {

struct DeviceMemory {
  int64_t allocated = 0;  // bytes handed out by the caching allocator
  int64_t total = 0;      // bytes of the device
};

int cudaDeviceCount();
int defaultThreads();
// "cuda" and "cuda:1" -> 0 and 1; "cpu" -> -1.
int cudaIndex(const std::string& device);
// Zeros for index -1.
DeviceMemory deviceMemory(int cudaIndex);
// Gives cached blocks back to the driver; nothing for index -1.
void releaseDeviceMemory(int cudaIndex);
// An instruction set that the CPU kernels were compiled for and this processor lacks; empty when all is well.
std::string missingInstructionSet();

}  // namespace serl
