#include "core/sequence_batch.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>

#include "core/attention.h"
#include "core/device.h"
#include "core/segment_attention.h"

namespace serl {
namespace {

using Tokens = std::vector<int64_t>;

// Rows in the making.
struct Rows {
  Tokens tokens, positions;
  std::vector<int64_t> offsets{0};  // of the segments

  int64_t count() const { return static_cast<int64_t>(tokens.size()); }
  // Adds a segment whose first token has the given position.
  void add(const int32_t* begin, const int32_t* end, int64_t position) {
    tokens.insert(tokens.end(), begin, end);
    for (const int32_t* token = begin; token != end; ++token) positions.push_back(position++);
    offsets.push_back(count());
  }
};

struct Sequence {
  const int32_t *begin, *end;
  int64_t promptLength;

  int64_t actions() const { return end - begin - promptLength; }
};

std::vector<Sequence> sequencesOf(const SequenceView& view) {
  std::vector<Sequence> sequences;
  for (int64_t i = 0; i < view.sequences; ++i)
    sequences.push_back({view.tokens + view.offsets[i], view.tokens + view.offsets[i + 1], view.promptLengths[i]});
  return sequences;
}

// A window shorter than a sequence hides keys by distance, which a shared head does not know.
bool windowed(const ModelConfig& config, const std::vector<Sequence>& sequences) {
  int64_t longest = 0;
  for (const Sequence& s : sequences) longest = std::max<int64_t>(longest, s.end - s.begin);
  return std::any_of(config.slidingWindows.begin(), config.slidingWindows.end(),
                     [&](int64_t window) { return window > 0 && window < longest; });
}

// Every sequence by itself, for any device.
SequenceBatch separate(const std::vector<Sequence>& sequences, const ModelConfig& config, at::Device device) {
  Rows rows;
  Tokens actionRows, targets;
  for (const Sequence& s : sequences) {
    for (int64_t t = s.promptLength; t < s.end - s.begin; ++t) {
      actionRows.push_back(rows.count() + t - 1);
      targets.push_back(s.begin[t]);
    }
    rows.add(s.begin, s.end, 0);
  }
  auto layout = std::make_shared<const PackedLayout>(packedLayout(rows.offsets, device));
  return {upload(rows.tokens, device), layout->positions,       packedAttend(config, layout),
          upload(actionRows, device),  upload(targets, device), static_cast<int64_t>(targets.size())};
}

// Sequences with the same prompt, in the order of their first ones.
std::vector<std::vector<size_t>> groupsByPrompt(const std::vector<Sequence>& sequences) {
  std::map<std::vector<int32_t>, size_t> known;
  std::vector<std::vector<size_t>> groups;
  for (size_t i = 0; i < sequences.size(); ++i) {
    const Sequence& s = sequences[i];
    const auto [entry, fresh] = known.try_emplace({s.begin, s.begin + s.promptLength}, groups.size());
    if (fresh) groups.emplace_back();
    groups[entry->second].push_back(i);
  }
  return groups;
}

// The group's shared head: its prompt, or all that a sequence of its own has to run.
struct Head {
  int64_t begin, length;
};

std::vector<Head> addHeads(Rows& rows, const std::vector<Sequence>& sequences,
                           const std::vector<std::vector<size_t>>& groups) {
  std::vector<Head> heads;
  for (const std::vector<size_t>& members : groups) {
    const Sequence& first = sequences[members.front()];
    const int64_t own = members.size() == 1 ? std::max<int64_t>(first.actions() - 1, 0) : 0;
    heads.push_back({rows.count(), first.promptLength + own});
    rows.add(first.begin, first.begin + heads.back().length, 0);
  }
  return heads;
}

SequenceBatch shared(const std::vector<Sequence>& sequences, at::Device device) {
  const std::vector<std::vector<size_t>> groups = groupsByPrompt(sequences);
  auto layout = std::make_shared<SegmentLayout>();
  Rows heads, tails;
  const std::vector<Head> headOf = addHeads(heads, sequences, groups);
  std::vector<Tokens> predictors(sequences.size());  // row before each action token
  for (size_t g = 0; g < groups.size(); ++g) {
    const bool alone = groups[g].size() == 1;
    const int64_t firstTail = heads.count() + tails.count();
    for (size_t i : groups[g]) {
      const Sequence& s = sequences[i];
      const int64_t prompt = headOf[g].begin + s.promptLength;
      const int64_t next = alone ? prompt : heads.count() + tails.count();
      for (int64_t action = 0; action < s.actions(); ++action)
        predictors[i].push_back(action == 0 ? prompt - 1 : next + action - 1);
      if (!alone && s.actions() > 1) tails.add(s.begin + s.promptLength, s.end - 1, s.promptLength);
    }
    const int64_t tailTokens = heads.count() + tails.count() - firstTail;
    if (tailTokens > 0) layout->groups.push_back({headOf[g].begin, headOf[g].length, firstTail, tailTokens});
  }
  layout->headTokens = heads.count();
  layout->tailTokens = tails.count();
  layout->heads = packedLayout(heads.offsets, device);
  if (tails.count() > 0) layout->tails = packedLayout(tails.offsets, device);
  Tokens actionRows, targets;
  for (size_t i = 0; i < sequences.size(); ++i) {
    actionRows.insert(actionRows.end(), predictors[i].begin(), predictors[i].end());
    targets.insert(targets.end(), sequences[i].begin + sequences[i].promptLength, sequences[i].end);
  }
  for (Tokens* part : {&heads.tokens, &heads.positions}) {
    const Tokens& more = part == &heads.tokens ? tails.tokens : tails.positions;
    part->insert(part->end(), more.begin(), more.end());
  }
  const Attend attend = [layout](int64_t, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    return segmentAttention(q, k, v, layout);
  };
  return {upload(heads.tokens, device), upload(heads.positions, device), attend,
          upload(actionRows, device),   upload(targets, device),         static_cast<int64_t>(targets.size())};
}

}  // namespace

SequenceBatch sequenceBatch(const SequenceView& view, const ModelConfig& config, at::Device device) {
  const std::vector<Sequence> sequences = sequencesOf(view);
  const bool separately = !device.is_cpu() || config.portableKernels || windowed(config, sequences);
  return separately ? separate(sequences, config, device) : shared(sequences, device);
}

}  // namespace serl
