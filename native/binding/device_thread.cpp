#include "binding/device_thread.h"

#include <c10/util/Exception.h>

#include <utility>

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
    case ErrorCode::NotFinite:
      return "NOT_FINITE";
    case ErrorCode::Closed:
      return "CLOSED";
    case ErrorCode::Internal:
      return "INTERNAL";
  }
  return "INTERNAL";
}

}  // namespace

std::optional<Failure> failureOf(const std::function<void()>& run) {
  try {
    run();
    return std::nullopt;
  } catch (const Error& e) {
    return Failure{codeName(e.code()), e.what()};
  } catch (const c10::OutOfMemoryError& e) {
    return Failure{"OUT_OF_MEMORY", e.what_without_backtrace()};
  } catch (const c10::Error& e) {
    const std::string message = e.what_without_backtrace();
    // the CPU allocator has no error type of its own
    const bool memory =
        message.find("DefaultCPUAllocator") != std::string::npos || message.find("out of memory") != std::string::npos;
    return Failure{memory ? "OUT_OF_MEMORY" : "INTERNAL", message};
  } catch (const std::bad_alloc&) {
    return Failure{"OUT_OF_MEMORY", "out of memory"};
  } catch (const std::exception& e) {
    return Failure{"INTERNAL", e.what()};
  } catch (...) {
    return Failure{"INTERNAL", "unknown native failure"};
  }
}

DeviceThread::DeviceThread(Napi::Env env)
    : channel_(Channel::New(env, "serl engine", /*maxQueueSize=*/0, /*initialThreadCount=*/1)), env_(env) {
  channel_.Unref(env);
  try {
    thread_ = std::thread([this] { loop(); });
  } catch (...) {  // no thread could be started: an unreleased channel would keep the process alive
    channel_.Release();
    throw;
  }
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

// Without an environment (it is shutting down) the task is dropped unrun. In a worker that is being terminated every
// call into JavaScript fails, even the creation of an error: there is nobody to report to, and no exception may leave
// this function, which libuv calls.
void DeviceThread::runTask(Napi::Env env, Napi::Function, std::nullptr_t*, Task* task) noexcept {
  const std::unique_ptr<Task> owned(task);
  if (env == nullptr) return;
  try {
    const Napi::HandleScope scope(env);
    (*owned)(env);
  } catch (...) {
  }
}

void DeviceThread::callback(std::function<void(Napi::Env)> task) {
  // refused only while the environment shuts down: the task leaks, its references must not be touched from here
  channel_.NonBlockingCall(new Task(std::move(task)));
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
    const std::optional<Failure> failure = failureOf(job->run);
    const bool last = job->last;
    // the callback takes the job: its references must be released on the JavaScript thread
    callback([this, job = std::move(job), failure](Napi::Env env) {
      settled(env);
      job->settle(env, failure);
    });
    if (last) return;  // the caller of stop() refuses the jobs queued behind it
  }
}

std::deque<std::shared_ptr<DeviceJob>> DeviceThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
    channel_.Release();
  }
  return std::exchange(queue_, {});
}

}  // namespace serl
