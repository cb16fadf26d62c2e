#pragma once
#include <cstdint>

// A pretended accelerator, "double:0", for machines without one: libtorch's PrivateUse1 device. Every operation runs on
// the CPU, on memory that the host itself may not touch, and is counted.
namespace device_double {

// What would have crossed the bus, or been started on the device, since the last reset.
struct Counts {
  int64_t uploads = 0, downloads = 0, operations = 0;
};

// Once in a process, before any tensor is made.
void install();

Counts counts();
void resetCounts();

}  // namespace device_double
