#pragma once
#include "core/gradient_sink.h"
#include "core/memory_pool.h"
#include "core/profile.h"

namespace serl {

// What an engine's operations share and autograd's backwards come back to: where memory for activations is taken from,
// where the time goes, where gradients of weight matrices go.
struct Context {
  MemoryPool pool;
  Profile& profile;
  GradientSink gradients;
};

}  // namespace serl
