#pragma once
#include <napi.h>

#include <atomic>
#include <memory>
#include <vector>

#include "binding/device_thread.h"
#include "core/engine.h"

namespace serl {

// The JavaScript class: every method copies its arguments into plain structs, queues a job and returns a promise.
class EngineWrap : public Napi::ObjectWrap<EngineWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit EngineWrap(const Napi::CallbackInfo& info);
  ~EngineWrap() override;

 private:
  Napi::Value open(const Napi::CallbackInfo& info);      // (options, onProgress?) -> most of EngineInfo
  Napi::Value generate(const Napi::CallbackInfo& info);  // (prompts, sampling, onProgress?, onFinished?, onDrawn?)
  Napi::Value logprobs(const Napi::CallbackInfo& info);  // (batch, reference, temperature)
  Napi::Value scores(const Napi::CallbackInfo& info);    // (batch, reference, temperature)
  Napi::Value scoreTokens(const Napi::CallbackInfo& info, bool entropies);
  Napi::Value accumulate(const Napi::CallbackInfo& info);     // (batch, loss)
  Napi::Value gradientNorms(const Napi::CallbackInfo& info);  // ()
  Napi::Value step(const Napi::CallbackInfo& info);           // (optimizer)
  Napi::Value syncReference(const Napi::CallbackInfo& info);  // ()
  Napi::Value exportTensors(const Napi::CallbackInfo& info);  // (files)
  Napi::Value importTensors(const Napi::CallbackInfo& info);  // (sources)
  Napi::Value memory(const Napi::CallbackInfo& info);         // () -> object, at once
  Napi::Value profile(const Napi::CallbackInfo& info);        // () -> object, at once
  Napi::Value cancel(const Napi::CallbackInfo& info);         // () at once
  Napi::Value close(const Napi::CallbackInfo& info);          // ()

  // Calls the method; what it throws becomes a rejected promise.
  template <Napi::Value (EngineWrap::*Method)(const Napi::CallbackInfo&)>
  Napi::Value call(const Napi::CallbackInfo& info);
  // Queues `run`, which owns its arguments; `result` makes the promise's value from state shared with `run`, never from
  // the engine, which belongs to the other thread.
  Napi::Value submit(const Napi::CallbackInfo& info, std::function<void()> run,
                     std::function<Napi::Value(Napi::Env)> result, bool last = false);
  Progress progressTo(const Napi::Value& callback, std::shared_ptr<std::atomic<bool>> cancelled = nullptr);
  Finished finishedTo(const Napi::Value& callback, std::shared_ptr<std::atomic<bool>> cancelled);
  Drawn drawnTo(const Napi::Value& callback, std::shared_ptr<std::atomic<bool>> cancelled);
  void cancelAll();
  Engine& engine();  // the engine's thread only; throws Error(Closed)
  static void onEnvironmentExit(void* self);

  std::vector<std::weak_ptr<std::atomic<bool>>> cancelFlags_;  // of generate calls that are queued or running
  Gauges gauges_;
  bool opening_ = false;              // from the first open() on
  std::atomic<int> deviceIndex_{-1};  // CUDA index; -1 = CPU
  std::unique_ptr<Engine> engine_;    // the engine's thread only
  std::unique_ptr<DeviceThread> thread_;
};

}  // namespace serl
