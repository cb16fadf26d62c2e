#pragma once
#include <napi.h>

namespace serl {

// Everything that JavaScript sees of the addon. Throws Napi::Error on a processor that lacks what it was built for.
Napi::Object exportAddon(Napi::Env env, Napi::Object exports);

}  // namespace serl
