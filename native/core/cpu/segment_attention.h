#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "core/block_rows.h"
#include "core/portable/packed_attention.h"
#include "core/profile.h"

namespace serl::cpu {

// Packed tokens of which some share what comes before them: first all prefixes (each distinct prompt), then all tails
// (what follows a prompt), one group's after the other's. A tail's tokens see its group's prefix and, causally,
// themselves.
struct SegmentLayout {
  struct Group {
    int64_t prefix, prefixLength;  // first token and length of the shared prefix
    int64_t tails, tailTokens;     // first token and number of tokens of the group's tails, all together
  };
  portable::PackedLayout prefixes, tails;
  int64_t prefixTokens = 0, tailTokens = 0;
  std::vector<Group> groups;  // those that have tails

  // The same as rows over blocks, as decoding has it.
  std::vector<std::vector<int32_t>> prefixBlocks, tailBlocks;  // of each prefix, of each tail
  int64_t blocks = 0;
  BlockRows rows;
};

// Lengths in tokens: prefixes [G], tails [G][members of the group that have one].
std::shared_ptr<const SegmentLayout> segmentLayout(const std::vector<int64_t>& prefixes,
                                                   const std::vector<std::vector<int64_t>>& tails);

// q [T, heads, d], k and v [T, kvHeads, d] -> [T, heads * d]. Differentiable. The forward is the kernel
// that decodes, so that log-probs of training are those of sampling; in the backward pass prefix and tail are processed
// separately, each with the output and log-sum of both, which makes their sum exact (Dao et al. 2022, "FlashAttention",
// appendix B.2). Nothing of size [T, T] is kept.
at::Tensor segmentAttention(Profile& profile, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const std::shared_ptr<const SegmentLayout>& layout);

}  // namespace serl::cpu
