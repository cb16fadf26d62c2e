#include "core/tensor_io.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

#include "core/error.h"

namespace serl {
namespace {

constexpr int64_t kChunkBytes = 8 << 20;

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (fd_ < 0) fail("open");
  }
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void readAt(void* data, int64_t bytes, int64_t offset, const std::string& what) {
    auto* out = static_cast<char*>(data);
    while (bytes > 0) {
      const ssize_t n = ::pread(fd_, out, static_cast<size_t>(bytes), offset);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("read " + what + " from");
      if (n == 0)
        throw Error(ErrorCode::Io, path_ + " ends inside " + what + ": the file is cut short; download it again");
      out += n;
      offset += n;
      bytes -= n;
    }
  }

  void write(const void* data, int64_t bytes) {
    const auto* in = static_cast<const char*>(data);
    while (bytes > 0) {
      const ssize_t n = ::write(fd_, in, static_cast<size_t>(bytes));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("write");
      in += n;
      bytes -= n;
    }
  }

  void sync() {
    if (::fsync(fd_) != 0) fail("sync");
    const int fd = std::exchange(fd_, -1);
    if (::close(fd) != 0) fail("close");
  }

 private:
  [[noreturn]] void fail(const std::string& verb) const {
    throw Error(ErrorCode::Io, "cannot " + verb + " " + path_ + ": " + std::strerror(errno));
  }
  std::string path_;
  int fd_;
};

}  // namespace

void checkShape(const TensorSource& source, const at::Tensor& destination) {
  if (destination.sizes() == at::IntArrayRef(source.shape)) return;
  std::ostringstream message;
  message << source.name << " has shape " << at::IntArrayRef(source.shape) << " in " << source.file << ", "
          << destination.sizes() << " is needed";
  throw Error(ErrorCode::Argument, message.str());
}

void readTensor(const TensorSource& source, at::Tensor destination, bool hostMemory) {
  checkShape(source, destination);
  File file(source.file, O_RDONLY);
  const int64_t total = destination.numel();
  if (total == 0) return;
  const int64_t itemBytes = static_cast<int64_t>(c10::elementSize(source.dtype));
  at::NoGradGuard noGrad;
  at::Tensor flat = destination.view({total});
  if (hostMemory && destination.scalar_type() == source.dtype) {
    file.readAt(flat.data_ptr(), total * itemBytes, source.offset, source.name);
    return;
  }
  const int64_t chunk = std::min(total, kChunkBytes / itemBytes);
  at::Tensor staging = at::empty({chunk}, at::TensorOptions().dtype(source.dtype));  // [chunk]
  for (int64_t begin = 0; begin < total; begin += chunk) {
    const int64_t count = std::min(chunk, total - begin);
    file.readAt(staging.data_ptr(), count * itemBytes, source.offset + begin * itemBytes, source.name);
    flat.narrow(0, begin, count).copy_(staging.narrow(0, 0, count));
  }
}

void writeTensors(const std::string& path, const std::vector<uint8_t>& header, const std::vector<at::Tensor>& tensors) {
  File file(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
  try {
    file.write(header.data(), static_cast<int64_t>(header.size()));
    for (const at::Tensor& tensor : tensors) {
      const at::Tensor host = tensor.detach().to(at::kCPU).contiguous();
      file.write(host.const_data_ptr(), static_cast<int64_t>(host.nbytes()));
    }
    file.sync();
  } catch (...) {
    ::unlink(path.c_str());  // a partial file would take disk space and stop the next try
    throw;
  }
}

}  // namespace serl
