#pragma once
#include <cstdint>
#include <span>

#include "core/model_config.h"

namespace serl {

// Ragged sequences, packed: sequence i is tokens[offsets[i] .. offsets[i + 1]). Borrowed for one call.
struct TokenView {
  std::span<const int32_t> tokens;   // [T]
  std::span<const int32_t> offsets;  // [n + 1], 0 first, T last

  int64_t sequences() const { return static_cast<int64_t>(offsets.size()) - 1; }
  std::span<const int32_t> sequence(int64_t i) const {
    const auto begin = static_cast<size_t>(offsets[static_cast<size_t>(i)]);
    return tokens.subspan(begin, static_cast<size_t>(offsets[static_cast<size_t>(i) + 1]) - begin);
  }
};

// Prompt and completion: action tokens are those from promptLengths[i] on.
struct SequenceView : TokenView {
  std::span<const int32_t> promptLengths;  // [n]

  int64_t actions() const;  // A = T - sum(promptLengths)
};

// Bounds checks before the arrays are read. src/native/checks.ts has better messages, but JavaScript may have changed
// the arrays since. Throw Error(Argument).
void checkTokens(const TokenView& view, const ModelConfig& config);
void checkSequences(const SequenceView& view, const ModelConfig& config);

}  // namespace serl
