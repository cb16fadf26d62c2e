// The unchanged addon and the device double: engines may be opened with device "double:0".
#include <ATen/ATen.h>

#include "binding/exports.h"
#include "core/cpu/cache_write.h"
#include "test/device_double/device.h"

namespace device_double {
namespace {

// () -> {uploads, downloads, operations} since the last call.
Napi::Value takeCounts(const Napi::CallbackInfo& info) {
  const Counts taken = counts();
  resetCounts();
  Napi::Object out = Napi::Object::New(info.Env());
  const auto set = [&](const char* key, int64_t value) { out.Set(key, static_cast<double>(value)); };
  set("uploads", taken.uploads);
  set("downloads", taken.downloads);
  set("operations", taken.operations);
  return out;
}

// Negative control: a CPU kernel on the device's memory. Does not return.
Napi::Value touchFromHost(const Napi::CallbackInfo& info) {
  const auto options = at::TensorOptions().device(at::Device("double:0"));
  const serl::KvBlocks blocks{.keys = at::zeros({2, 1, 8, 32}, options), .values = at::zeros({2, 1, 32, 8}, options)};
  const std::vector<int32_t> list{0};
  const at::Tensor k = at::zeros({1, 1, 8}, options);
  serl::cpu::writeKeysValues(blocks, k, k, serl::blockRows({{.tailBlocks = &list, .tailLength = 1}}, at::kCPU));
  return info.Env().Undefined();
}

// Negative control: a device operation with an operand on the host. Throws.
Napi::Value mixOperands(const Napi::CallbackInfo& info) {
  const at::Tensor onDevice = at::zeros({3, 2}, at::TensorOptions().device(at::Device("double:0")));
  at::mm(onDevice, at::zeros({2, 3}));
  return info.Env().Undefined();
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  install();
  exports.Set("takeCounts", Napi::Function::New(env, takeCounts));
  exports.Set("mixOperands", Napi::Function::New(env, mixOperands));
  exports.Set("touchFromHost", Napi::Function::New(env, touchFromHost));
  return serl::exportAddon(env, exports);
}

}  // namespace

NODE_API_MODULE(serl_device_double, init)

}  // namespace device_double
