#include "binding/device_thread.h"

#include <c10/util/Exception.h>

#include "core/error.h"

namespace serl {
namespace {

const char* codeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::Argument:
      return "ARGUMENT";
    case ErrorCode::Io:
      return "IO";
    case ErrorCode::Unsupported:
      return "UNSUPPORTED";
    case ErrorCode::OutOfMemory:
      return "OUT_OF_MEMORY";
    case ErrorCode::Closed:
      return "CLOSED";
    case ErrorCode::Internal:
      return "INTERNAL";
  }
  return "INTERNAL";
}

// The only catch between libtorch and JavaScript.
std::optional<Failure> guarded(const std::function<void()>& run) {
  try {
    run();
    return std::nullopt;
  } catch (const Error& e) {
    return Failure{codeName(e.code()), e.what()};
  } catch (const c10::OutOfMemoryError& e) {
    return Failure{"OUT_OF_MEMORY", e.what_without_backtrace()};
  } catch (const c10::Error& e) {
    return Failure{"INTERNAL", e.what_without_backtrace()};
  } catch (const std::bad_alloc&) {
    return Failure{"OUT_OF_MEMORY", "out of memory"};
  } catch (const std::exception& e) {
    return Failure{"INTERNAL", e.what()};
  } catch (...) {
    return Failure{"INTERNAL", "unknown native failure"};
  }
}

}  // namespace

DeviceThread::DeviceThread(Napi::Env env)
    : channel_(Napi::ThreadSafeFunction::New(env, Napi::Function::New(env, [](const Napi::CallbackInfo&) {}), "serl engine", 0, 1)),
      env_(env),
      thread_([this] { loop(); }) {
  channel_.Unref(env);
}

DeviceThread::~DeviceThread() { stop(); }

void DeviceThread::post(DeviceJob job) {
  if (pending_++ == 0) channel_.Ref(env_);
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::make_shared<DeviceJob>(std::move(job)));
  }
  wake_.notify_one();
}

void DeviceThread::callback(std::function<void(Napi::Env)> task) {
  auto* held = new std::function<void(Napi::Env)>(std::move(task));
  // refused only while the environment goes away: then `held` is leaked, its references must not be touched from here
  channel_.NonBlockingCall(held, [](Napi::Env env, Napi::Function, std::function<void(Napi::Env)>* data) {
    const std::unique_ptr<std::function<void(Napi::Env)>> owned(data);
    if (env != nullptr) (*owned)(env);
  });
}

void DeviceThread::settled(Napi::Env env) {
  if (--pending_ == 0) channel_.Unref(env);
}

void DeviceThread::loop() {
  while (true) {
    std::shared_ptr<DeviceJob> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    const std::optional<Failure> failure = guarded(job->run);
    // the job leaves with its callback: its references must die on the JavaScript thread
    callback([this, job = std::move(job), failure](Napi::Env env) {
      const Napi::HandleScope scope(env);
      settled(env);
      job->settle(env, failure);
    });
  }
}

void DeviceThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (!thread_.joinable()) return;
  thread_.join();
  channel_.Release();
}

}  // namespace serl
