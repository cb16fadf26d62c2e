#pragma once

#include <napi.h>

namespace serl {

// flock(2) without waiting on an open file descriptor. src/native/binding.ts tells what it returns and throws.
Napi::Value tryLock(const Napi::CallbackInfo& info);

}  // namespace serl
