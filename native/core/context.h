#pragma once
#include "core/gradient_sink.h"
#include "core/memory_pool.h"
#include "core/profile.h"

namespace serl {

// Shared by an engine's operations and their backward passes: memory for activations, time per kind of work, gradient
// buffers of weight matrices.
struct Context {
  MemoryPool pool;
  Profile& profile;
  GradientSink gradients;
};

}  // namespace serl
