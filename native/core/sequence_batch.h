#pragma once
#include <ATen/core/Tensor.h>

#include "core/decoder.h"
#include "core/token_views.h"

namespace serl {

// Sequences as the decoder runs them. On the CPU a prompt that several of them begin with runs once, and their last
// tokens, which predict nothing, not at all.
struct SequenceBatch {
  at::Tensor tokens, positions;  // [R] int64
  Attend attend;
  at::Tensor actionRows;  // [A] int64: row whose hidden state predicts each action token
  at::Tensor targets;     // [A] int64: the action tokens
  int64_t actions = 0;
};

SequenceBatch sequenceBatch(const SequenceView& view, const ModelConfig& config, at::Device device);

}  // namespace serl
