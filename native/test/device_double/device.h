#pragma once
#include <cstdint>

// A simulated accelerator, "double:0", for machines without one: libtorch's PrivateUse1 device. Every operation is
// counted and runs on the CPU, on memory that the host itself may not touch.
namespace device_double {

// Transfers and operations on a real device since the last reset.
struct Counts {
  int64_t uploads = 0, downloads = 0, operations = 0;
};

// Once per process, before any tensor is made.
void install();

Counts counts();
void resetCounts();

}  // namespace device_double
