#pragma once
#include <napi.h>

namespace serl {

// The addon's JavaScript exports. Throws Napi::Error on a processor without the instructions it was built for.
Napi::Object exportAddon(Napi::Env env, Napi::Object exports);

}  // namespace serl
