#pragma once
#include <atomic>
#include <functional>
#include <vector>

#include "core/backend.h"
#include "core/stop_strings.h"

namespace serl {

struct GenerateParams {
  int64_t samplesPerPrompt = 1;
  int64_t maxNewTokens = 1;
  SampleParams sampling;
  std::vector<int32_t> stopTokens;  // a drawn stop token is kept as the row's last token
  StopStrings stopStrings;          // the token that completes one is kept, too
  std::vector<uint32_t> seeds;      // [prompts * samplesPerPrompt]
};

enum class FinishReason : uint8_t { Stop = 0, Length = 1, Cancelled = 2 };

// Row = prompt * samplesPerPrompt + sample; new tokens only, packed.
struct Completions {
  std::vector<int32_t> tokens;         // [T]
  std::vector<int32_t> offsets;        // [rows + 1]
  std::vector<float> logprobs;         // [T]
  std::vector<uint8_t> finishReasons;  // [rows]
};

// Prompts whose last sample has ended, in ascending order, and the rows of each.
struct FinishedPrompts {
  std::vector<int32_t> prompts;  // [n]
  Completions completions;       // [n * samplesPerPrompt] rows
};

// From the calling thread, as soon as their last samples have ended. Those that end with tokens drawn together come
// together: which, and in which order, depends on the tokens alone.
using Finished = std::function<void(FinishedPrompts)>;

// Tokens that were drawn together, one for each row.
struct DrawnTokens {
  std::vector<int32_t> rows;    // [n]
  std::vector<int32_t> tokens;  // [n]
};

// From the calling thread, as soon as they are drawn.
using Drawn = std::function<void(DrawnTokens)>;

// (done, total), from the calling thread. generate() counts new tokens; a row that ended early counts as full.
using Progress = std::function<void(int64_t, int64_t)>;

// Memory limit, cancellation and observers of a generate() call.
struct GenerateWatch {
  int64_t kvCacheBudget;               // bytes
  std::atomic<int64_t>& kvCacheBytes;  // size of the cache while it exists
  const std::atomic<bool>& cancelled;  // true: unfinished rows are returned as they are
  const Progress& progress;
  const Finished& finished;
  const Drawn& drawn;
};

// Continuous batching over a block KV cache: each distinct prompt is prefilled once and shared by its samples; rows
// that end make room for waiting ones. A row's tokens depend on its seed, not on the other rows (except for rounding).
// The cache is as large as the work needs, kvCacheBudget at most; throws Error(OutOfMemory) if that does not hold one
// row, Error(NotFinite) for non-finite logits.
Completions generate(const Backend& backend, const Weights& weights, const TokenView& prompts,
                     const GenerateParams& params, const GenerateWatch& watch);

}  // namespace serl
