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
  for (int64_t i = 0; i < view.sequences(); ++i) {
    const std::span<const int32_t> tokens = view.sequence(i);
    sequences.push_back({tokens.data(), tokens.data() + tokens.size(), view.promptLengths[static_cast<size_t>(i)]});
  }
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

// Each distinct prompt once, then what follows it in every sequence.
SequenceBatch shared(const std::vector<Sequence>& sequences) {
  const std::vector<std::vector<size_t>> groups = groupsByPrompt(sequences);
  Rows rows;
  std::vector<int64_t> heads;
  std::vector<std::vector<int64_t>> tails(groups.size());
  for (const std::vector<size_t>& members : groups) {
    const Sequence& first = sequences[members.front()];
    rows.add(first.begin, first.begin + first.promptLength, 0);
    heads.push_back(first.promptLength);
  }
  std::vector<Tokens> predictors(sequences.size());  // row before each action token
  int64_t headEnd = 0;
  for (size_t g = 0; g < groups.size(); ++g) {
    headEnd += heads[g];
    for (size_t i : groups[g]) {
      const Sequence& s = sequences[i];
      if (s.actions() > 0) predictors[i].push_back(headEnd - 1);
      if (s.actions() < 2) continue;
      for (int64_t t = 0; t < s.actions() - 1; ++t) predictors[i].push_back(rows.count() + t);
      rows.add(s.begin + s.promptLength, s.end - 1, s.promptLength);
      tails[g].push_back(s.actions() - 1);
    }
  }
  Tokens actionRows, targets;
  for (size_t i = 0; i < sequences.size(); ++i) {
    actionRows.insert(actionRows.end(), predictors[i].begin(), predictors[i].end());
    targets.insert(targets.end(), sequences[i].begin + sequences[i].promptLength, sequences[i].end);
  }
  const auto layout = segmentLayout(heads, tails);
  const Attend attend = [layout](int64_t, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    return segmentAttention(q, k, v, layout);
  };
  const at::Device cpu = at::kCPU;
  return {upload(rows.tokens, cpu), upload(rows.positions, cpu), attend,
          upload(actionRows, cpu),  upload(targets, cpu),        static_cast<int64_t>(targets.size())};
}

}  // namespace

SequenceBatch sequenceBatch(const SequenceView& view, const ModelConfig& config, at::Device device) {
  const std::vector<Sequence> sequences = sequencesOf(view);
  const bool separately = !device.is_cpu() || config.portableKernels || windowed(config, sequences);
  return separately ? separate(sequences, config, device) : shared(sequences);
}

}  // namespace serl
