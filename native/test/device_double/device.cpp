#include "test/device_double/device.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/EmptyTensor.h>
#include <ATen/InferSize.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/native/Resize.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <atomic>
#include <cstring>
#include <vector>

#include "test/device_double/memory.h"

namespace device_double {
namespace {

constexpr c10::DeviceType kDevice = c10::kPrivateUse1;
const c10::DispatchKeySet kKeys(c10::DispatchKey::PrivateUse1);

std::atomic<int64_t> uploads{0}, downloads{0}, operations{0};

struct Guard : c10::impl::NoOpDeviceGuardImpl<kDevice> {
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  c10::Device getDevice() const override { return {kDevice, 0}; }
  c10::Device exchangeDevice(c10::Device) const override { return {kDevice, 0}; }
  c10::Stream getStream(c10::Device device) const noexcept override {
    return c10::Stream(c10::Stream::DEFAULT, device);
  }
  c10::Stream exchangeStream(c10::Stream stream) const noexcept override { return stream; }
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

void growStorage(const c10::Storage& storage, size_t bytes) {
  const OnDevice open;
  auto memory = allocator()->allocate(bytes);
  std::memcpy(memory.get(), storage.data(), std::min(bytes, storage.nbytes()));
  storage.set_data_ptr_noswap(std::move(memory));
  storage.set_nbytes(bytes);
}

struct Hooks : at::PrivateUse1HooksInterface {
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  bool isAvailable() const override { return true; }
  bool isBuilt() const override { return true; }
  const at::Generator& getDefaultGenerator(c10::DeviceIndex) const override {
    return at::detail::getDefaultCPUGenerator();
  }
  c10::DeviceIndex deviceCount() const override { return 1; }
  void resizePrivateUse1Bytes(const c10::Storage& storage, size_t bytes) const override { growStorage(storage, bytes); }
};

// The same memory as a CPU tensor; for use on the device only.
at::Tensor seenByCpu(const at::Tensor& tensor) {
  if (!tensor.is_privateuseone()) return tensor;
  const auto elements = static_cast<int64_t>(tensor.storage().nbytes() / tensor.itemsize());
  return at::from_blob(const_cast<void*>(tensor.storage().data()), {elements},
                       at::TensorOptions().dtype(tensor.dtype()))
      .as_strided(tensor.sizes(), tensor.strides(), tensor.storage_offset());
}

at::Tensor emptyStrided(c10::IntArrayRef sizes, c10::IntArrayRef strides, std::optional<at::ScalarType> dtype,
                        std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(sizes, strides, allocator(), kKeys, dtype.value_or(at::kFloat));
}

at::Tensor empty(c10::IntArrayRef sizes, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                 std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(sizes, allocator(), kKeys, dtype.value_or(at::kFloat), format);
}

at::Tensor copyFrom(const at::Tensor& from, const at::Tensor& to, bool /*nonBlocking*/) {
  const bool up = !from.is_privateuseone(), down = !to.is_privateuseone();
  if (!onDevice()) ++(up ? uploads : down ? downloads : operations);
  const OnDevice open;
  seenByCpu(to).copy_(seenByCpu(from));
  return to;
}

at::Tensor copyFromAndResize(const at::Tensor& from, const at::Tensor& to) {
  if (to.sizes() != from.sizes()) to.resize_(from.sizes());
  const OnDevice open;
  seenByCpu(to).copy_(seenByCpu(from));
  return to;
}

at::Scalar item(const at::Tensor& tensor) {
  if (!onDevice()) ++downloads;
  const OnDevice open;
  return seenByCpu(tensor).item();
}

// Views cost nothing on any device: not counted.
at::Tensor viewOf(const at::Tensor& base, c10::IntArrayRef sizes, c10::IntArrayRef strides, int64_t offset) {
  auto out = at::detail::make_tensor<c10::TensorImpl>(c10::TensorImpl::VIEW, c10::Storage(base.storage()),
                                                      base.key_set(), base.dtype());
  out.unsafeGetTensorImpl()->set_storage_offset(offset);
  out.unsafeGetTensorImpl()->set_sizes_and_strides(sizes, strides);
  return out;
}

std::vector<int64_t> ints(c10::SymIntArrayRef values) {
  std::vector<int64_t> out;
  for (const c10::SymInt& value : values) out.push_back(value.expect_int());
  return out;
}

at::Tensor asStrided(const at::Tensor& self, c10::SymIntArrayRef sizes, c10::SymIntArrayRef strides,
                     std::optional<c10::SymInt> offset) {
  return viewOf(self, ints(sizes), ints(strides), offset ? offset->expect_int() : self.storage_offset());
}

at::Tensor view(const at::Tensor& self, c10::SymIntArrayRef sizes) {
  const auto inferred = at::infer_size_dv(ints(sizes), self.numel());
  const auto strides = at::detail::computeStride(self.sizes(), self.strides(), inferred);
  TORCH_CHECK(strides, "view: the sizes do not fit the strides");
  return viewOf(self, inferred, *strides, self.storage_offset());
}

at::Tensor reshapeAlias(const at::Tensor& self, c10::SymIntArrayRef sizes, c10::SymIntArrayRef strides) {
  return viewOf(self, ints(sizes), ints(strides), self.storage_offset());
}

const at::Tensor& resize(const at::Tensor& self, c10::SymIntArrayRef sizes, std::optional<at::MemoryFormat>) {
  const std::vector<int64_t> wanted = ints(sizes);
  const size_t bytes = static_cast<size_t>(c10::multiply_integers(wanted)) * self.itemsize();
  if (self.storage().nbytes() < bytes) growStorage(self.storage(), bytes);
  self.unsafeGetTensorImpl()->set_sizes_contiguous(wanted);
  return self;
}

// As on CUDA: operands lie on the device, except for zero-dimensional tensors.
void requireOnDevice(const c10::OperatorHandle& operation, const torch::jit::Stack& stack) {
  const auto check = [&](const at::Tensor& tensor) {
    TORCH_CHECK(!tensor.defined() || tensor.is_privateuseone() || tensor.dim() == 0, operation.operator_name(),
                ": an operand lies on the host");
  };
  for (const c10::IValue& value : torch::jit::last(stack, operation.schema().arguments().size())) {
    if (value.isTensor()) check(value.toTensor());
    if (value.isTensorList())
      for (const at::Tensor& tensor : value.toTensorVector()) check(tensor);
    if (value.isOptionalTensorList())
      for (const auto& tensor : value.toOptionalTensorVector())
        if (tensor) check(*tensor);
  }
}

void onCpu(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
  if (!onDevice()) {
    ++operations;
    requireOnDevice(operation, *stack);
  }
  const OnDevice open;
  at::native::cpu_fallback(operation, stack);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) { library.fallback(torch::CppFunction::makeFromBoxedFunction<&onCpu>()); }

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", empty);
  library.impl("empty_strided", emptyStrided);
  library.impl("_copy_from", copyFrom);
  library.impl("_copy_from_and_resize", copyFromAndResize);
  library.impl("_local_scalar_dense", item);
  library.impl("as_strided", asStrided);
  library.impl("view", view);
  library.impl("_reshape_alias", reshapeAlias);
  library.impl("resize_", resize);
}

}  // namespace

void install() {
  c10::register_privateuse1_backend("double");
  c10::SetAllocator(kDevice, allocator());
  static Hooks hooks;
  at::RegisterPrivateUse1HooksInterface(&hooks);
  watchMemory();
}

Counts counts() { return {.uploads = uploads, .downloads = downloads, .operations = operations}; }

void resetCounts() { uploads = downloads = operations = 0; }

}  // namespace device_double
