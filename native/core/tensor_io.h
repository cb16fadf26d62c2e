#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace serl {

// Location of one tensor's bytes in a file: contiguous, little-endian, row-major.
struct TensorSource {
  std::string name;
  std::string file;
  int64_t offset = 0;
  at::ScalarType dtype = at::kFloat;
  std::vector<int64_t> shape;
};

// A file to write: header bytes, then tensors one after the other in their own dtype.
struct TensorFile {
  std::string path;
  std::vector<uint8_t> header;
  std::vector<std::string> tensors;
};

// Throws Error(Argument) unless the source has the destination's shape.
void checkShape(const TensorSource& source, const at::Tensor& destination);

// Reads the source into `destination` (same shape, any device and floating dtype), a few MiB at a time, so that a
// checkpoint never lies in memory twice. hostMemory: the host may write to the destination, and does so directly if no
// conversion is needed. Throws Error(Io) naming file and tensor.
void readTensor(const TensorSource& source, at::Tensor destination, bool hostMemory);

// Writes and syncs a new file; refuses to overwrite. Throws Error(Io) naming the file.
void writeTensors(const std::string& path, const std::vector<uint8_t>& header, const std::vector<at::Tensor>& tensors);

}  // namespace serl
