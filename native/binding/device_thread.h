#pragma once
#include <napi.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace serl {

struct Failure {
  std::string code;  // NativeErrorCode of src/native/types.ts
  std::string message;
};

// What `run` threw, as JavaScript sees it; empty if nothing. Gives every native exception its code.
std::optional<Failure> failureOf(const std::function<void()>& run);

// One queued call. `run` works on the engine's thread and may throw; `settle` then runs on the JavaScript thread with
// the failure, if any. `run` owns its inputs: JavaScript may write to its arrays, or transfer them, while the job
// waits.
struct DeviceJob {
  std::function<void()> run;
  std::function<void(Napi::Env, const std::optional<Failure>&)> settle;
  bool last = false;  // the thread takes no job after it
};

// The engine's own thread. Jobs run first in, first out: libtorch's thread-locals stay on one thread, and the engine
// needs no lock. The process stays alive while a job is pending, and only then.
class DeviceThread {
 public:
  explicit DeviceThread(Napi::Env env);
  ~DeviceThread();  // as stop()

  // From the JavaScript thread.
  void post(DeviceJob job);
  // Runs `task` on the JavaScript thread soon; from the engine's thread.
  void callback(std::function<void(Napi::Env)> task);
  // From the JavaScript thread: waits for the running job and returns those that never started; settles none.
  std::deque<std::shared_ptr<DeviceJob>> stop();

 private:
  void loop();
  void settled(Napi::Env env);

  using Task = std::function<void(Napi::Env)>;
  static void runTask(Napi::Env env, Napi::Function, std::nullptr_t*, Task* task) noexcept;
  using Channel = Napi::TypedThreadSafeFunction<std::nullptr_t, Task, runTask>;

  Channel channel_;
  Napi::Env env_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<DeviceJob>> queue_;
  bool stopping_ = false;
  int pending_ = 0;  // JavaScript thread only
  std::thread thread_;
};

}  // namespace serl
