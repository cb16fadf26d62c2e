#include "core/generator.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "core/decoder.h"
#include "core/device.h"
#include "core/error.h"
#include "core/generation_state.h"
#include "core/philox.h"
#include "core/prefill.h"

namespace serl {
namespace {

constexpr int64_t kMaxRows = 512;  // rows decoded together; bounds logits and activations

// Prompts of similar length are prefilled together: attention pads them to the longest. Results are by row, so the
// order affects nothing else.
void sortByLength(Generation& job) {
  std::vector<size_t> order(job.groups.size()), place(job.groups.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return job.groups[a].prompt.size() < job.groups[b].prompt.size(); });
  std::vector<Group> sorted;
  for (size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    sorted.push_back(std::move(job.groups[order[i]]));
  }
  job.groups = std::move(sorted);
  for (Row& row : job.rows) row.group = place[row.group];
}

// Checks what reading the arrays assumes. Offsets of the output are int32.
void checkParams(const GenerateParams& params, int64_t prompts, const ModelConfig& config) {
  const auto require = [](bool condition, const char* message) {
    if (!condition) throw Error(ErrorCode::Argument, message);
  };
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  require(params.samplesPerPrompt >= 1 && params.samplesPerPrompt <= kMost / prompts,
          "samplesPerPrompt must be 1 or more, and rows fewer than 2^31");
  const int64_t rows = prompts * params.samplesPerPrompt;
  require(params.maxNewTokens >= 1 && params.maxNewTokens <= kMost / rows,
          "maxNewTokens must be 1 or more, and rows times maxNewTokens less than 2^31");
  require(static_cast<int64_t>(params.seeds.size()) == rows, "seeds must have an entry per row");
  const SampleParams& sampling = params.sampling;
  require(sampling.topP > 0 && sampling.topP <= 1, "topP must be above 0 and at most 1");
  require(sampling.temperature == 0 || (sampling.temperature >= 1e-4 && std::isfinite(sampling.temperature)),
          "temperature must be 0 or at least 1e-4");
  require(std::abs(sampling.presencePenalty) <= 1e4, "presencePenalty must be from -1e4 to 1e4");
  require(std::all_of(params.stopTokens.begin(), params.stopTokens.end(),
                      [&](int32_t token) { return token >= 0 && token < config.vocabSize; }),
          "a stop token is not in the vocabulary");
  params.stopStrings.check(config.vocabSize);
}

void makeGroups(Generation& job, const TokenView& prompts) {
  std::map<std::vector<int32_t>, size_t> known;
  const int64_t samples = job.params.samplesPerPrompt;
  job.rows.resize(static_cast<size_t>(prompts.sequences() * samples));
  job.unfinished.assign(static_cast<size_t>(prompts.sequences()), samples);
  for (int64_t p = 0; p < prompts.sequences(); ++p) {
    const std::span<const int32_t> tokens = prompts.sequence(p);
    const auto [entry, fresh] =
        known.try_emplace(std::vector<int32_t>(tokens.begin(), tokens.end()), job.groups.size());
    if (fresh) job.groups.push_back({.prompt = entry->first});
    for (int64_t s = 0; s < samples; ++s) {
      const auto row = static_cast<size_t>(p * samples + s);
      job.rows[row].group = entry->second;
      job.rows[row].seed = job.params.seeds[row];
      job.groups[entry->second].waiting.push_back(static_cast<int64_t>(row));
    }
  }
  for (Group& group : job.groups) std::reverse(group.waiting.begin(), group.waiting.end());
  sortByLength(job);
}

// Blocks for all rows at once, or as many as the budget holds.
int64_t cacheBlocks(const Generation& job, int64_t budgetBytes, at::ScalarType dtype) {
  const int64_t perBlock = KvCache::blockBytes(job.backend.config, dtype), budget = budgetBytes / perBlock;
  int64_t all = static_cast<int64_t>(job.rows.size()) * job.tailBlocks(), smallest = 0;
  for (const Group& group : job.groups) {
    const int64_t prefix = KvCache::blocksFor(static_cast<int64_t>(group.prompt.size()));
    all += prefix;
    smallest = std::max(smallest, prefix + job.tailBlocks());
  }
  if (budget < smallest) {
    throw Error(ErrorCode::OutOfMemory, "the KV cache budget of " + std::to_string(budgetBytes >> 20) +
                                            " MiB does not hold one row: its longest prompt and maxNewTokens need " +
                                            std::to_string((smallest * perBlock + (1 << 20) - 1) >> 20) + " MiB");
  }
  return std::min(all, budget);
}

[[noreturn]] void refuseLogits(const Generation& job, int64_t row) {
  const int64_t samples = job.params.samplesPerPrompt;
  const size_t position = job.rows[static_cast<size_t>(row)].tokens.size();
  throw Error(ErrorCode::NotFinite, "the logits of prompt " + std::to_string(row / samples + 1) + ", sample " +
                                        std::to_string(row % samples + 1) + ", at new token " +
                                        std::to_string(position + 1) + " are not finite");
}

// Draws one token for each row from its logits, and marks rows that end with it.
void drawTokens(Generation& job, const std::vector<int64_t>& ids, const at::Tensor& hidden, const Drawn& report) {
  std::vector<SampleRow> requests;
  for (int64_t id : ids) {
    const Row& row = job.rows[static_cast<size_t>(id)];
    const uint64_t position = job.groups[row.group].prompt.size() + row.tokens.size();
    requests.push_back({philoxUniform(row.seed, position), &row.tokens});
  }
  const at::Tensor logits = job.backend.linear(hidden, job.weights.lmHead, {});  // [R, vocab]
  const Sampled drawn = job.backend.sample(logits, job.params.sampling, requests);
  if (drawn.notFinite) refuseLogits(job, ids[*drawn.notFinite]);
  const auto& stops = job.params.stopTokens;
  for (size_t i = 0; i < ids.size(); ++i) {
    Row& row = job.rows[static_cast<size_t>(ids[i])];
    row.tokens.push_back(drawn.tokens[i]);
    row.logprobs.push_back(drawn.logprobs[i]);
    const bool isStop = std::find(stops.begin(), stops.end(), drawn.tokens[i]) != stops.end();
    if (isStop || job.params.stopStrings.endsWith(drawn.tokens[i], row.tail)) {
      row.finish = FinishReason::Stop;
    } else if (static_cast<int64_t>(row.tokens.size()) == job.params.maxNewTokens) {
      row.finish = FinishReason::Length;
    }
  }
  if (report) report({.rows = {ids.begin(), ids.end()}, .tokens = {drawn.tokens.begin(), drawn.tokens.end()}});
}

// Takes ended rows out of `active`; their blocks return to the cache, a prompt's with the last row that needs it.
void retireEndedRows(Generation& job, KvCache& cache) {
  std::erase_if(job.active, [&](int64_t id) {
    Row& row = job.rows[static_cast<size_t>(id)];
    if (row.finish == FinishReason::Cancelled) return false;
    cache.release(row.blocks);
    Group& group = job.groups[row.group];
    if (--group.running == 0 && group.waiting.empty()) {
      cache.release(group.blocks);
      group.lastHidden.reset();
    }
    ++job.finished;
    const int64_t prompt = id / job.params.samplesPerPrompt;
    if (--job.unfinished[static_cast<size_t>(prompt)] == 0) job.ended.push_back(static_cast<int32_t>(prompt));
    return true;
  });
}

// Admits waiting rows while blocks last; a row's whole tail is reserved, so that no running row is ever evicted.
void admit(Generation& job, KvCache& cache, size_t& nextGroup) {
  for (size_t g = nextGroup; g < job.groups.size(); ++g) {
    Group& group = job.groups[g];
    if (group.waiting.empty()) {
      if (g == nextGroup) ++nextGroup;
      continue;
    }
    const bool fresh = group.blocks.empty();
    const int64_t prefix = fresh ? KvCache::blocksFor(static_cast<int64_t>(group.prompt.size())) : 0;
    const auto room = [&](int64_t extra) {
      return static_cast<int64_t>(job.active.size() + job.admitted.size()) < kMaxRows &&
             cache.freeBlocks() >= extra + job.tailBlocks();
    };
    if (!room(prefix)) return;
    if (fresh) {
      group.blocks = cache.take(prefix);
      job.prefilling.push_back(g);
    }
    while (!group.waiting.empty() && room(0)) {
      const int64_t id = group.waiting.back();
      group.waiting.pop_back();
      job.rows[static_cast<size_t>(id)].blocks = cache.take(job.tailBlocks());
      ++group.running;
      job.admitted.push_back(id);
    }
  }
}

// The admitted rows whose prompt is prefilled draw their first token and become active.
void activate(Generation& job, KvCache& cache, const Drawn& report) {
  std::vector<int64_t> ids;
  std::vector<at::Tensor> hidden;
  std::erase_if(job.admitted, [&](int64_t id) {
    const at::Tensor& last = job.groups[job.rows[static_cast<size_t>(id)].group].lastHidden;
    if (!last.defined()) return false;
    ids.push_back(id);
    hidden.push_back(last);
    return true;
  });
  if (ids.empty()) return;
  drawTokens(job, ids, at::cat(hidden), report);
  job.active.insert(job.active.end(), ids.begin(), ids.end());
  std::stable_sort(job.active.begin(), job.active.end(), [&](int64_t a, int64_t b) {
    return job.rows[static_cast<size_t>(a)].group < job.rows[static_cast<size_t>(b)].group;
  });
  retireEndedRows(job, cache);
}

// One token for every active row.
void decodeStep(Generation& job, KvCache& cache, const Drawn& report) {
  if (job.active.empty()) return;
  std::vector<BlockRow> rows;
  std::vector<int64_t> tokens;
  for (int64_t id : job.active) {
    const Row& row = job.rows[static_cast<size_t>(id)];
    const Group& group = job.groups[row.group];
    rows.push_back({.group = static_cast<int64_t>(row.group),
                    .prefixBlocks = &group.blocks,
                    .prefixLength = static_cast<int64_t>(group.prompt.size()),
                    .tailBlocks = &row.blocks,
                    .tailLength = static_cast<int64_t>(row.tokens.size())});
    tokens.push_back(row.tokens.back());
  }
  const at::Device device = job.backend.device;
  const BlockRows placed = blockRows(std::move(rows), device);
  const at::Tensor hidden = decoderForward(job.backend, job.weights,
                                           {.tokens = upload(tokens, device),
                                            .positions = placed.positions,
                                            .attend = job.backend.attendDecode(cache, placed)});
  const std::vector<int64_t> ids = job.active;
  drawTokens(job, ids, hidden, report);
  retireEndedRows(job, cache);
}

int64_t tokensDone(const Generation& job) {
  int64_t done = job.finished * job.params.maxNewTokens;
  for (int64_t id : job.active) done += static_cast<int64_t>(job.rows[static_cast<size_t>(id)].tokens.size());
  return done;
}

// Publishes the size of the cache while it exists.
struct CacheGauge {
  CacheGauge(std::atomic<int64_t>& gauge, int64_t bytes) : bytes_(gauge) { bytes_ = bytes; }
  ~CacheGauge() { bytes_ = 0; }
  std::atomic<int64_t>& bytes_;
};

void append(Completions& out, const Row& row) {
  out.tokens.insert(out.tokens.end(), row.tokens.begin(), row.tokens.end());
  out.logprobs.insert(out.logprobs.end(), row.logprobs.begin(), row.logprobs.end());
  out.offsets.push_back(static_cast<int32_t>(out.tokens.size()));
  out.finishReasons.push_back(static_cast<uint8_t>(row.finish));
}

Completions collect(const Generation& job) {
  Completions out{.offsets = {0}};
  for (const Row& row : job.rows) append(out, row);
  return out;
}

// Hands over the prompts that ended since the last call.
void reportEnded(Generation& job, const Finished& finished) {
  if (job.ended.empty() || !finished) return;
  FinishedPrompts out{.prompts = std::exchange(job.ended, {}), .completions = {.offsets = {0}}};
  std::sort(out.prompts.begin(), out.prompts.end());
  const int64_t samples = job.params.samplesPerPrompt;
  for (int32_t prompt : out.prompts) {
    for (int64_t s = 0; s < samples; ++s) append(out.completions, job.rows[static_cast<size_t>(prompt * samples + s)]);
  }
  finished(std::move(out));
}

}  // namespace

Completions generate(const Backend& backend, const Weights& weights, const TokenView& prompts,
                     const GenerateParams& params, const GenerateWatch& watch) {
  at::NoGradGuard noGrad;
  checkParams(params, prompts.sequences(), backend.config);
  Generation job{.backend = backend, .weights = weights, .params = params};
  makeGroups(job, prompts);
  const auto total = static_cast<int64_t>(job.rows.size());
  if (watch.cancelled.load(std::memory_order_relaxed)) return collect(job);
  const at::ScalarType dtype = weights.embedding.scalar_type();
  KvCache cache = backend.newCache(cacheBlocks(job, watch.kvCacheBudget, dtype), dtype);
  const CacheGauge gauge(watch.kvCacheBytes, cache.bytes());
  size_t nextGroup = 0;
  while (job.finished < total && !watch.cancelled.load(std::memory_order_relaxed)) {
    admit(job, cache, nextGroup);
    prefillPiece(job, cache);
    activate(job, cache, watch.drawn);
    reportEnded(job, watch.finished);
    decodeStep(job, cache, watch.drawn);
    reportEnded(job, watch.finished);
    if (watch.progress) watch.progress(tokensDone(job), total * params.maxNewTokens);
  }
  return collect(job);
}

}  // namespace serl
