#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "core/generator.h"

namespace serl {

// A distinct prompt and its rows that are not admitted yet.
struct Group {
  std::vector<int32_t> prompt;   // [P]
  std::vector<int64_t> waiting;  // row ids, last first
  std::vector<int32_t> blocks;   // prefix KV; empty until a row is admitted
  int64_t prefilled = 0;         // tokens of the prompt in the cache
  at::Tensor lastHidden;         // [1, hidden] at the prompt's last token, once it is prefilled
  int64_t running = 0;
};

struct Row {
  size_t group = 0;
  uint32_t seed = 0;
  std::vector<int32_t> tokens;  // new tokens only
  std::vector<float> logprobs;
  std::string tail;             // bytes of the last tokens, for stop strings
  std::vector<int32_t> blocks;  // tail KV
  FinishReason finish = FinishReason::Cancelled;
};

// A running generate() call. A row waits in its group, is admitted, waits until its prompt is prefilled, then is active
// until it ends.
struct Generation {
  const Backend& backend;
  const Weights& weights;
  const GenerateParams& params;
  std::vector<Group> groups;
  std::vector<Row> rows;
  std::vector<size_t> prefilling;  // groups whose blocks are allocated and not yet filled
  std::vector<int64_t> admitted;   // row ids
  std::vector<int64_t> active;     // row ids; those of a group are adjacent
  int64_t finished = 0;
  std::vector<int64_t> unfinished;  // [prompts] rows of each prompt that have not ended
  std::vector<int32_t> ended;       // prompts whose last row has ended, and that were not handed over yet

  int64_t tailBlocks() const { return KvCache::blocksFor(params.maxNewTokens); }
};

}  // namespace serl
