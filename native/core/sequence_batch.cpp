#include "core/sequence_batch.h"

namespace serl {

std::vector<Sequence> sequencesOf(const SequenceView& view) {
  std::vector<Sequence> sequences;
  for (int64_t i = 0; i < view.sequences(); ++i) {
    const std::span<const int32_t> tokens = view.sequence(i);
    sequences.push_back({.begin = tokens.data(),
                         .end = tokens.data() + tokens.size(),
                         .promptLength = view.promptLengths[static_cast<size_t>(i)]});
  }
  return sequences;
}

}  // namespace serl
