#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "core/attend.h"
#include "core/token_views.h"

namespace serl {

// Tokens that the decoder runs together.
struct DecoderInput {
  at::Tensor tokens, positions;  // [T] int64
  Attend attend;
};

// Sequences as the decoder runs them, for training and scoring.
struct SequenceBatch {
  DecoderInput input;     // [T] rows; a backend may run a prompt that several sequences share only once
  at::Tensor actionRows;  // [A] int64: row whose hidden state predicts each action token
  at::Tensor targets;     // [A] int64: the action tokens
  int64_t actions = 0;
};

// One sequence's tokens, borrowed.
struct Sequence {
  const int32_t *begin, *end;
  int64_t promptLength;

  int64_t actions() const { return end - begin - promptLength; }
};

std::vector<Sequence> sequencesOf(const SequenceView& view);

// Rows under construction.
struct Rows {
  std::vector<int64_t> tokens, positions;
  std::vector<int64_t> offsets{0};  // of the segments

  int64_t count() const { return static_cast<int64_t>(tokens.size()); }
  // Adds a segment whose first token has the given position.
  void add(const int32_t* begin, const int32_t* end, int64_t position) {
    tokens.insert(tokens.end(), begin, end);
    for (const int32_t* token = begin; token != end; ++token) positions.push_back(position++);
    offsets.push_back(count());
  }
};

}  // namespace serl
