#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "core/attention.h"

namespace serl {

// Packed tokens of which some share what comes before them: first all heads (a prompt, or a whole sequence of its own),
// then all tails, one group's after the other's. A tail's tokens see its group's head and, causally, themselves.
struct SegmentLayout {
  struct Group {
    int64_t head, headLength;   // first token and length of the shared head
    int64_t tails, tailTokens;  // first token and number of tokens of the group's tails, all together
  };
  PackedLayout heads, tails;
  int64_t headTokens = 0, tailTokens = 0;
  std::vector<Group> groups;  // those that have tails
};

// q [T, heads, d], k and v [T, kvHeads, d] contiguous -> [T, heads * d], for the CPU. Differentiable. Head and tail
// are attended to apart and merged by their log-sums; the backward of each part runs on the merged output and log-sum,
// which makes their sum exact (Dao et al. 2022, "FlashAttention", appendix B.2). Nothing of size [T, T] is kept.
at::Tensor segmentAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const std::shared_ptr<const SegmentLayout>& layout);

}  // namespace serl
