#include "binding/engine_wrap.h"

#include <chrono>
#include <utility>

#include "binding/marshal.h"
#include "core/device.h"
#include "core/error.h"

namespace serl {

namespace {

// Distinguishes an Engine from other addons' objects.
constexpr napi_type_tag kEngineTag = {0x5345524C2D656E67u, 0x9D1B4C0A7F3E2861u};

Napi::Value errorOf(Napi::Env env, const Failure& failure) {
  const Napi::Error error = Napi::Error::New(env, failure.message);
  error.Value().Set("code", Napi::String::New(env, failure.code));
  return error.Value();
}

Napi::Value rejected(Napi::Env env, const Failure& failure) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  deferred.Reject(errorOf(env, failure));
  return deferred.Promise();
}

// The exception that a handler is at.
Failure caught() {
  return *failureOf([] { throw; });
}

using Cancelled = std::shared_ptr<std::atomic<bool>>;

// Calls a callback of a running call. One that throws, or whose arguments find no memory, stops the call that it
// watches; the error surfaces as an uncaught exception, as from any event handler.
void notify(Napi::Env env, const Napi::FunctionReference& function, const Cancelled& cancelled,
            const std::function<std::vector<napi_value>()>& arguments) {
  const auto give = [&](napi_value error) {
    if (cancelled) *cancelled = true;
    napi_fatal_exception(env, error);
  };
  try {
    function.Call(arguments());
  } catch (const Napi::Error& error) {
    give(error.Value());
  } catch (...) {
    give(errorOf(env, caught()));
  }
}

}  // namespace

template <Napi::Value (EngineWrap::*Method)(const Napi::CallbackInfo&)>
Napi::Value EngineWrap::call(const Napi::CallbackInfo& info) {
  if (!info.This().As<Napi::Object>().CheckTypeTag(&kEngineTag))
    throw Napi::TypeError::New(info.Env(), "this is not an Engine");
  try {
    return (this->*Method)(info);
  } catch (const Napi::Error& error) {  // a value of the wrong type, a getter that throws
    const std::string message = error.Message();
    return rejected(info.Env(), {"ARGUMENT", message.empty() ? "an argument threw as it was read" : message});
  } catch (...) {
    return rejected(info.Env(), caught());
  }
}

Napi::Function EngineWrap::define(Napi::Env env) {
  return DefineClass(env, "Engine",
                     {InstanceMethod<&EngineWrap::call<&EngineWrap::open>>("open"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::generate>>("generate"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::logprobs>>("logprobs"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::scores>>("scores"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::accumulate>>("accumulate"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::gradientNorms>>("gradientNorms"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::step>>("step"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::syncReference>>("syncReference"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::exportTensors>>("exportTensors"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::importTensors>>("importTensors"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::memory>>("memory"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::profile>>("profile"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::cancel>>("cancel"),
                      InstanceMethod<&EngineWrap::call<&EngineWrap::close>>("close")});
}

EngineWrap::EngineWrap(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<EngineWrap>(info), thread_(std::make_unique<DeviceThread>(info.Env())) {
  info.This().As<Napi::Object>().TypeTag(&kEngineTag);
  napi_add_env_cleanup_hook(info.Env(), onEnvironmentExit, this);
}

EngineWrap::~EngineWrap() {
  if (thread_) onEnvironmentExit(this);
  napi_remove_env_cleanup_hook(Env(), onEnvironmentExit, this);
}

// A worker or the process may end during a job: stop it before libtorch is torn down.
void EngineWrap::onEnvironmentExit(void* self) {
  auto* wrap = static_cast<EngineWrap*>(self);
  wrap->cancelAll();
  if (wrap->thread_) wrap->thread_->stop();
  wrap->engine_.reset();
  wrap->thread_.reset();
}

Engine& EngineWrap::engine() {
  if (!engine_) throw Error(ErrorCode::Closed, "the engine is not open");
  return *engine_;
}

Napi::Value EngineWrap::submit(const Napi::CallbackInfo& info, std::function<void()> run,
                               std::function<Napi::Value(Napi::Env)> result, bool last) {
  const Napi::Env env = info.Env();
  auto deferred = std::make_shared<Napi::Promise::Deferred>(env);
  // the engine lives until the job is settled
  auto self = std::make_shared<Napi::ObjectReference>(Napi::Persistent(info.This().As<Napi::Object>()));
  auto settle = [deferred, self, result = std::move(result)](Napi::Env settleEnv,
                                                             const std::optional<Failure>& failure) {
    if (failure) return deferred->Reject(errorOf(settleEnv, *failure));
    try {
      deferred->Resolve(result(settleEnv));
    } catch (const Napi::Error& error) {
      deferred->Reject(error.Value());
    } catch (...) {  // no memory for the outputs
      deferred->Reject(errorOf(settleEnv, caught()));
    }
  };
  if (!thread_) {
    settle(env, Failure{"CLOSED", "the engine is closed"});
  } else {
    thread_->post({.run = std::move(run), .settle = std::move(settle), .last = last});
  }
  return deferred->Promise();
}

// At most one call every 50 ms, and one when all is done.
Progress EngineWrap::progressTo(const Napi::Value& callback, std::shared_ptr<std::atomic<bool>> cancelled) {
  if (!callback.IsFunction()) return {};
  auto function = std::make_shared<Napi::FunctionReference>(Napi::Persistent(callback.As<Napi::Function>()));
  auto last = std::make_shared<std::chrono::steady_clock::time_point>();
  return [this, function, cancelled, last](int64_t done, int64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (done != total && now - *last < std::chrono::milliseconds(50)) return;
    *last = now;
    thread_->callback([function, cancelled, done, total](Napi::Env env) {
      notify(env, *function, cancelled, [&] {
        return std::vector<napi_value>{Napi::Number::New(env, static_cast<double>(done)),
                                       Napi::Number::New(env, static_cast<double>(total))};
      });
    });
  };
}

// Every batch of prompts, before the call settles.
Finished EngineWrap::finishedTo(const Napi::Value& callback, Cancelled cancelled) {
  if (!callback.IsFunction()) return {};
  auto function = std::make_shared<Napi::FunctionReference>(Napi::Persistent(callback.As<Napi::Function>()));
  return [this, function, cancelled](FinishedPrompts prompts) {
    auto finished = std::make_shared<FinishedPrompts>(std::move(prompts));
    thread_->callback([function, cancelled, finished](Napi::Env env) {
      notify(env, *function, cancelled, [&] { return std::vector<napi_value>{makeFinished(env, finished)}; });
    });
  };
}

// Every token, before the call settles.
Drawn EngineWrap::drawnTo(const Napi::Value& callback, Cancelled cancelled) {
  if (!callback.IsFunction()) return {};
  auto function = std::make_shared<Napi::FunctionReference>(Napi::Persistent(callback.As<Napi::Function>()));
  return [this, function, cancelled](DrawnTokens tokens) {
    auto drawn = std::make_shared<DrawnTokens>(std::move(tokens));
    thread_->callback([function, cancelled, drawn](Napi::Env env) {
      notify(env, *function, cancelled, [&] { return std::vector<napi_value>{makeDrawn(env, drawn)}; });
    });
  };
}

Napi::Value EngineWrap::open(const Napi::CallbackInfo& info) {
  auto options = std::make_shared<EngineOptions>(readEngineOptions(info[0].As<Napi::Object>()));
  if (std::exchange(opening_, true)) throw Error(ErrorCode::Argument, "the engine was opened before");
  const Progress progress = progressTo(info[1]);
  struct Opened {
    std::vector<std::string> names;
    int64_t parameters = 0;
    int threads = 0;
    bool sharesPrompts = false;
  };
  auto opened = std::make_shared<Opened>();
  return submit(
      info,
      [this, options, progress, opened] {
        deviceIndex_ = cudaIndex(options->device);  // first: close returns the memory of a failed load
        engine_ = std::make_unique<Engine>(*options, gauges_, progress);
        *opened = {engine_->tensorNames(), engine_->parameterCount(), engine_->threads(), engine_->sharesPrompts()};
      },
      [opened](Napi::Env env) {
        auto object = Napi::Object::New(env);
        auto array = Napi::Array::New(env, opened->names.size());
        for (uint32_t i = 0; i < opened->names.size(); ++i) array.Set(i, Napi::String::New(env, opened->names[i]));
        object.Set("tensorNames", array);
        object.Set("parameters", Napi::Number::New(env, static_cast<double>(opened->parameters)));
        object.Set("threads", Napi::Number::New(env, opened->threads));
        object.Set("sharesPrompts", Napi::Boolean::New(env, opened->sharesPrompts));
        return object;
      });
}

Napi::Value EngineWrap::generate(const Napi::CallbackInfo& info) {
  auto prompts = std::make_shared<TokenInput>(readTokens(info[0].As<Napi::Object>()));
  auto params = std::make_shared<GenerateParams>(readGenerateParams(info[1].As<Napi::Object>()));
  auto cancelled = std::make_shared<std::atomic<bool>>(false);
  const Progress progress = progressTo(info[2], cancelled);
  const Finished finished = finishedTo(info[3], cancelled);
  const Drawn drawn = drawnTo(info[4], cancelled);
  auto out = std::make_shared<Completions>();
  std::erase_if(cancelFlags_, [](const auto& flag) { return flag.expired(); });
  cancelFlags_.push_back(cancelled);
  return submit(
      info,
      [this, prompts, params, progress, finished, drawn, out, cancelled] {
        *out = engine().generate(prompts->view(), *params, *cancelled, progress, finished, drawn);
      },
      [out](Napi::Env env) { return makeCompletions(env, out); });
}

// With the log-probs alone, or with the entropies too.
Napi::Value EngineWrap::scoreTokens(const Napi::CallbackInfo& info, bool entropies) {
  auto batch = std::make_shared<SequenceInput>(readSequences(info[0].As<Napi::Object>()));
  const bool reference = info[1].As<Napi::Boolean>();
  const double temperature = info[2].As<Napi::Number>();
  auto out = std::make_shared<TokenScores>();
  return submit(
      info,
      [this, batch, reference, temperature, entropies, out] {
        *out = engine().scores(batch->view(), reference, temperature, entropies);
      },
      [out, entropies](Napi::Env env) -> Napi::Value {
        const Napi::Value logprobs = makeFloats(env, out->logprobs);
        if (!entropies) return logprobs;
        auto object = Napi::Object::New(env);
        object.Set("logprobs", logprobs);
        object.Set("entropies", makeFloats(env, out->entropies));
        return object;
      });
}

Napi::Value EngineWrap::logprobs(const Napi::CallbackInfo& info) { return scoreTokens(info, false); }
Napi::Value EngineWrap::scores(const Napi::CallbackInfo& info) { return scoreTokens(info, true); }

Napi::Value EngineWrap::accumulate(const Napi::CallbackInfo& info) {
  auto batch = std::make_shared<SequenceInput>(readSequences(info[0].As<Napi::Object>()));
  auto loss = std::make_shared<LossInput>(readLoss(info[1].As<Napi::Object>()));
  auto out = std::make_shared<LossStats>();
  return submit(
      info, [this, batch, loss, out] { *out = engine().accumulate(batch->view(), loss->view()); },
      [out](Napi::Env env) { return makeStats(env, *out); });
}

Napi::Value EngineWrap::gradientNorms(const Napi::CallbackInfo& info) {
  auto out = std::make_shared<at::Tensor>();
  return submit(
      info, [this, out] { *out = engine().gradientNorms(); }, [out](Napi::Env env) { return makeDoubles(env, *out); });
}

Napi::Value EngineWrap::step(const Napi::CallbackInfo& info) {
  const AdamWParams params = readAdamW(info[0].As<Napi::Object>());
  auto out = std::make_shared<StepStats>();
  return submit(
      info, [this, params, out] { *out = engine().step(params); },
      [out](Napi::Env env) { return makeStats(env, *out); });
}

Napi::Value EngineWrap::syncReference(const Napi::CallbackInfo& info) {
  return submit(info, [this] { engine().syncReference(); }, [](Napi::Env env) { return env.Undefined(); });
}

Napi::Value EngineWrap::exportTensors(const Napi::CallbackInfo& info) {
  auto files = std::make_shared<std::vector<TensorFile>>(readFiles(info[0].As<Napi::Array>()));
  return submit(info, [this, files] { engine().exportTensors(*files); }, [](Napi::Env env) { return env.Undefined(); });
}

Napi::Value EngineWrap::importTensors(const Napi::CallbackInfo& info) {
  auto sources = std::make_shared<std::vector<TensorSource>>(readSources(info[0].As<Napi::Array>()));
  return submit(
      info, [this, sources] { engine().importTensors(*sources); }, [](Napi::Env env) { return env.Undefined(); });
}

Napi::Value EngineWrap::profile(const Napi::CallbackInfo& info) {
  Napi::Object out = Napi::Object::New(info.Env());
  const char* names[kWorkKinds] = {"products", "attention", "elementwise", "sampling"};
  for (size_t kind = 0; kind < kWorkKinds; ++kind) {
    out.Set(names[kind], Napi::Number::New(info.Env(), static_cast<double>(gauges_.profile.nanoseconds[kind]) * 1e-9));
  }
  return out;
}

Napi::Value EngineWrap::memory(const Napi::CallbackInfo& info) {
  auto object = Napi::Object::New(info.Env());
  const auto set = [&](const char* key, int64_t value) {
    object.Set(key, Napi::Number::New(info.Env(), static_cast<double>(value)));
  };
  set("weightsBytes", gauges_.memory.weights);
  set("referenceBytes", gauges_.memory.reference);
  set("gradientBytes", gauges_.memory.gradients);
  set("optimizerBytes", gauges_.memory.optimizer);
  set("kvCacheBytes", gauges_.memory.kvCache);
  return object;
}

Napi::Value EngineWrap::cancel(const Napi::CallbackInfo& info) {
  cancelAll();
  return info.Env().Undefined();
}

void EngineWrap::cancelAll() {
  for (const auto& flag : cancelFlags_) {
    if (const auto cancelled = flag.lock()) *cancelled = true;
  }
}

Napi::Value EngineWrap::close(const Napi::CallbackInfo& info) {
  return submit(
      info,
      [this] {
        engine_.reset();
        gauges_.memory.clear();
        try {
          releaseDeviceMemory(deviceIndex_);
        } catch (const std::exception&) {
          // a lost device has nothing to return, and closing must not fail
        }
      },
      [this](Napi::Env env) {
        const auto waiting = thread_->stop();
        thread_.reset();
        for (const auto& job : waiting) job->settle(env, Failure{"CLOSED", "the engine is closed"});
        return env.Undefined();
      },
      /*last=*/true);
}

}  // namespace serl
