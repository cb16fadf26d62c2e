#include "core/cpu/sequences.h"

#include <algorithm>
#include <map>

#include "core/cpu/segment_attention.h"
#include "core/device.h"

namespace serl::cpu {
namespace {

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

}  // namespace

bool windowed(const ModelConfig& config, int64_t length) {
  return std::any_of(config.slidingWindows.begin(), config.slidingWindows.end(),
                     [&](int64_t window) { return window > 0 && window < length; });
}

SequenceBatch sharedSequences(const SequenceView& view, Profile& profile) {
  const std::vector<Sequence> sequences = sequencesOf(view);
  const std::vector<std::vector<size_t>> groups = groupsByPrompt(sequences);
  Rows rows;
  std::vector<int64_t> prefixes;
  std::vector<std::vector<int64_t>> tails(groups.size());
  for (const std::vector<size_t>& members : groups) {
    const Sequence& first = sequences[members.front()];
    rows.add(first.begin, first.begin + first.promptLength, 0);
    prefixes.push_back(first.promptLength);
  }
  std::vector<std::vector<int64_t>> predictors(sequences.size());  // row before each action token
  int64_t prefixEnd = 0;
  for (size_t g = 0; g < groups.size(); ++g) {
    prefixEnd += prefixes[g];
    for (size_t i : groups[g]) {
      const Sequence& s = sequences[i];
      if (s.actions() > 0) predictors[i].push_back(prefixEnd - 1);
      if (s.actions() < 2) continue;
      for (int64_t t = 0; t < s.actions() - 1; ++t) predictors[i].push_back(rows.count() + t);
      rows.add(s.begin + s.promptLength, s.end - 1, s.promptLength);
      tails[g].push_back(s.actions() - 1);
    }
  }
  std::vector<int64_t> actionRows, targets;
  for (size_t i = 0; i < sequences.size(); ++i) {
    actionRows.insert(actionRows.end(), predictors[i].begin(), predictors[i].end());
    targets.insert(targets.end(), sequences[i].begin + sequences[i].promptLength, sequences[i].end);
  }
  const Attend attend = [layout = segmentLayout(prefixes, tails), &profile](int64_t, const at::Tensor& q,
                                                                            const at::Tensor& k, const at::Tensor& v) {
    return segmentAttention(profile, q, k, v, layout);
  };
  const at::Device cpu = at::kCPU;
  return {.input = {.tokens = upload(rows.tokens, cpu), .positions = upload(rows.positions, cpu), .attend = attend},
          .actionRows = upload(actionRows, cpu),
          .targets = upload(targets, cpu),
          .actions = static_cast<int64_t>(targets.size())};
}

}  // namespace serl::cpu
