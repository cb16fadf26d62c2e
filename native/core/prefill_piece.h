#pragma once
#include <cstdint>
#include <vector>

#include "core/block_rows.h"

namespace serl {

// The next tokens of some prompts, packed: several whole prompts, or a part of one.
struct PrefillPiece {
  std::vector<int64_t> tokens;   // [T]
  std::vector<int64_t> offsets;  // [prompts + 1]
  BlockRows rows;                // [T] the tokens as rows that see the earlier tokens of their prompt
  int64_t begin = 0;             // tokens of the prompt already in the cache; above 0 only for a part of one
};

}  // namespace serl
