#pragma once
#include <ATen/core/Tensor.h>

#include <cstddef>

// Memory of the simulated accelerator: host memory, inaccessible (PROT_NONE) except while the device works, and full of
// NaN until it is written.
namespace device_double {

c10::Allocator* allocator();

// Opens the memory during its lifetime: code that runs meanwhile runs on the device. May be nested.
class OnDevice {
 public:
  OnDevice();
  ~OnDevice();
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;
};

// Whether the calling thread works on the device.
bool onDevice();

// Ends the process with kHostTouchedDevice and a message when the host touches the device's memory.
void watchMemory();
inline constexpr int kHostTouchedDevice = 42;

}  // namespace device_double
