#include "binding/exports.h"

#include <torch/version.h>

#include <cstdio>
#include <cstdlib>

#include "binding/engine_wrap.h"
#include "binding/file_lock.h"
#include "core/cpu/instruction_set.h"
#include "core/device.h"

namespace serl {
namespace {

constexpr int kAbi = 8;  // bumped with src/native/types.ts

}  // namespace

Napi::Object exportAddon(Napi::Env env, Napi::Object exports) {
  const std::string missing = missingInstructionSet();
  if (!missing.empty()) {
    throw Napi::Error::New(env, "the addon was built for a processor with " + missing +
                                    ", which this one lacks; run: npm run build:native -- --force");
  }
  defaultThreads();  // remembered before an engine sets another number
  exports.Set("abi", Napi::Number::New(env, kAbi));
  exports.Set("libtorch", Napi::String::New(env, TORCH_VERSION));
  exports.Set("cudaDevices", Napi::Function::New(env, [](const Napi::CallbackInfo& info) -> Napi::Value {
                return Napi::Number::New(info.Env(), cudaDeviceCount());
              }));
  exports.Set("threads", Napi::Function::New(env, [](const Napi::CallbackInfo& info) -> Napi::Value {
                return Napi::Number::New(info.Env(), defaultThreads());
              }));
  exports.Set("tryLock", Napi::Function::New(env, tryLock));
  // Ends the process at once, without the destructors that libtorch registered: they crash while an engine works.
  exports.Set("exitNow", Napi::Function::New(env, [](const Napi::CallbackInfo& info) -> Napi::Value {
                const int code = info[0].IsNumber() ? info[0].As<Napi::Number>().Int32Value() : 0;
                std::fflush(nullptr);
                std::_Exit(code);
              }));
  exports.Set("Engine", EngineWrap::define(env));
  return exports;
}

}  // namespace serl
