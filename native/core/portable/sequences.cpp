#include "core/portable/sequences.h"

#include <memory>

#include "core/device.h"
#include "core/portable/packed_attention.h"

namespace serl::portable {

SequenceBatch separateSequences(const SequenceView& view, const ModelConfig& config, at::Device device) {
  Rows rows;
  std::vector<int64_t> actionRows, targets;
  for (const Sequence& s : sequencesOf(view)) {
    for (int64_t t = s.promptLength; t < s.end - s.begin; ++t) {
      actionRows.push_back(rows.count() + t - 1);
      targets.push_back(s.begin[t]);
    }
    rows.add(s.begin, s.end, 0);
  }
  auto layout = std::make_shared<const PackedLayout>(packedLayout(rows.offsets, device));
  const Attend attend = [windows = config.slidingWindows, layout](int64_t layer, const at::Tensor& q,
                                                                  const at::Tensor& k, const at::Tensor& v) {
    return packedAttention(q, k, v, *layout, windows[static_cast<size_t>(layer)]);
  };
  return {.input = {.tokens = upload(rows.tokens, device), .positions = layout->positions, .attend = attend},
          .actionRows = upload(actionRows, device),
          .targets = upload(targets, device),
          .actions = static_cast<int64_t>(targets.size())};
}

}  // namespace serl::portable
