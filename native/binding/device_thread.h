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

// What `run` threw, as JavaScript is told of it; nothing if it did not. The only place where native errors are caught.
std::optional<Failure> failureOf(const std::function<void()>& run);

// One queued call. `run` works on the engine's thread and may throw; `settle` then runs on the JavaScript thread with
// what went wrong, if anything. Inputs are owned by `run`: JavaScript may write to its arrays, or transfer them, while
// the job waits.
struct DeviceJob {
  std::function<void()> run;
  std::function<void(Napi::Env, const std::optional<Failure>&)> settle;
  bool last = false;  // the thread takes no job after it
};

// The engine's own thread: jobs run first in, first out, so libtorch's thread-locals have one home and no lock is
// needed around the engine. The process stays alive while a job is pending, and only then.
class DeviceThread {
 public:
  explicit DeviceThread(Napi::Env env);
  ~DeviceThread();  // as stop()

  // Both from the JavaScript thread.
  void post(DeviceJob job);
  // Runs `task` on the JavaScript thread soon; from the engine's thread.
  void callback(std::function<void(Napi::Env)> task);
  // Waits for the job that runs and returns those that never started; nothing is settled any more.
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
