#include "binding/file_lock.h"

#include <sys/file.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace serl {
namespace {

Napi::Value fail(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  error.ThrowAsJavaScriptException();
  return env.Undefined();
}

}  // namespace

Napi::Value tryLock(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const double number = info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 0) || number != std::floor(number) || number > std::numeric_limits<int>::max()) {
    return fail(env, "ARGUMENT", "tryLock: not a file descriptor");
  }
  int result;
  do {
    result = flock(static_cast<int>(number), LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return Napi::Boolean::New(env, true);
  if (errno == EWOULDBLOCK) return Napi::Boolean::New(env, false);
  const char* code = errno == EBADF ? "ARGUMENT" : "ENOTSUP";
  return fail(env, code, std::string("tryLock: ") + std::strerror(errno));
}

}  // namespace serl
