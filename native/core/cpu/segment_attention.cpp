#include "core/cpu/segment_attention.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <numeric>

#include "core/capsule.h"
#include "core/cpu/block_attention.h"
#include "core/cpu/cache_write.h"

namespace serl::cpu {
namespace {

using portable::PackedLayout;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Attended {
  at::Tensor output;  // [t, heads, d]
  at::Tensor logSum;  // [t, heads] float32, of the softmax denominator
};

struct Gradients {
  at::Tensor q, k, v;
};

// Log-sum of a padded slot: its weights exp(score - logSum) are 0 in the backward, whatever its scores.
constexpr double kPaddingLogSum = 1e30;

// [t, h, ...] packed -> [n, h, L, ...]
at::Tensor toGrid(const at::Tensor& x, const PackedLayout& layout) {
  const at::Tensor slots = layout.padded ? x.index_select(0, layout.gather) : x;
  return slots.unflatten(0, {layout.sequences, layout.maxLength}).transpose(1, 2).contiguous();
}

// [n, h, L, ...] -> [t, h, ...] packed
at::Tensor toPacked(const at::Tensor& grid, const PackedLayout& layout) {
  const at::Tensor slots = grid.transpose(1, 2).flatten(0, 1);
  return layout.padded ? slots.index_select(0, layout.scatter) : slots.contiguous();
}

// [n, kvHeads, L, d] -> [n, heads, L, d]
at::Tensor repeatHeads(const at::Tensor& x, int64_t share) { return share == 1 ? x : x.repeat_interleave(share, 1); }
at::Tensor sumHeads(const at::Tensor& x, int64_t share) {
  return share == 1 ? x : x.unflatten(1, {x.size(1) / share, share}).sum(2);
}

// Each segment's tokens among themselves, causally. dOutput and x.q [t, heads, d], x.k and x.v [t, kvHeads, d].
Gradients attendWithinBackward(const at::Tensor& dOutput, const Gradients& x, const Attended& merged,
                               const PackedLayout& layout) {
  const int64_t share = x.q.size(1) / x.k.size(1);
  at::Tensor dOutputGrid = toGrid(dOutput, layout), logSum = toGrid(merged.logSum, layout);
  if (layout.padded) {
    const at::Tensor absent = layout.present.logical_not().view({layout.sequences, 1, layout.maxLength});
    dOutputGrid = dOutputGrid.masked_fill(absent.unsqueeze(-1), 0);
    logSum = logSum.masked_fill(absent, kPaddingLogSum);
  }
  const auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
      dOutputGrid, toGrid(x.q, layout), repeatHeads(toGrid(x.k, layout), share),
      repeatHeads(toGrid(x.v, layout), share), toGrid(merged.output, layout), logSum, /*dropout_p=*/0.0,
      /*is_causal=*/true);
  return {toPacked(dq, layout), toPacked(sumHeads(dk, share), layout), toPacked(sumHeads(dv, share), layout)};
}

// Queries that share a key-value head side by side, as all see all of the prefix's keys:
// [t, heads, ...] -> [1, kvHeads, t * share, ...]
at::Tensor foldQueries(const at::Tensor& x, int64_t kvHeads) {
  return x.unflatten(1, {kvHeads, x.size(1) / kvHeads}).transpose(0, 1).flatten(1, 2).unsqueeze(0).contiguous();
}
at::Tensor unfoldQueries(const at::Tensor& x, int64_t tokens) {
  return x.squeeze(0).unflatten(1, {tokens, x.size(2) / tokens}).transpose(0, 1).flatten(1, 2);
}
at::Tensor foldKeys(const at::Tensor& x) { return x.transpose(0, 1).unsqueeze(0).contiguous(); }  // [1, kvHeads, t, d]

Gradients backwardAll(const at::Tensor& dOutput, const Gradients& x, const Attended& merged,
                      const SegmentLayout& layout) {
  const auto part = [](const at::Tensor& t, int64_t begin, int64_t count) { return t.narrow(0, begin, count); };
  Gradients out{at::empty_like(x.q), at::empty_like(x.k), at::empty_like(x.v)};
  const auto within = [&](int64_t begin, int64_t count, const PackedLayout& packed) {
    const Gradients d = attendWithinBackward(
        part(dOutput, begin, count), {part(x.q, begin, count), part(x.k, begin, count), part(x.v, begin, count)},
        {part(merged.output, begin, count), part(merged.logSum, begin, count)}, packed);
    part(out.q, begin, count).copy_(d.q);
    part(out.k, begin, count).copy_(d.k);
    part(out.v, begin, count).copy_(d.v);
  };
  within(0, layout.prefixTokens, layout.prefixes);
  if (layout.tailTokens > 0) within(layout.prefixTokens, layout.tailTokens, layout.tails);
  const int64_t kvHeads = x.k.size(1);
  for (const SegmentLayout::Group& g : layout.groups) {
    const auto fold = [&](const at::Tensor& t) { return foldQueries(part(t, g.tails, g.tailTokens), kvHeads); };
    const auto keys = [&](const at::Tensor& t) { return foldKeys(part(t, g.prefix, g.prefixLength)); };
    const auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
        fold(dOutput), fold(x.q), keys(x.k), keys(x.v), fold(merged.output), fold(merged.logSum), /*dropout_p=*/0.0,
        /*is_causal=*/false);
    part(out.q, g.tails, g.tailTokens).add_(unfoldQueries(dq, g.tailTokens));
    part(out.k, g.prefix, g.prefixLength).add_(dk.squeeze(0).transpose(0, 1));
    part(out.v, g.prefix, g.prefixLength).add_(dv.squeeze(0).transpose(0, 1));
  }
  return out;
}

// State kept for the backward pass.
struct KeptLayout {
  Profile* profile;
  std::shared_ptr<const SegmentLayout> layout;
};

struct SegmentAttention : torch::autograd::Function<SegmentAttention> {
  static at::Tensor forward(AutogradContext* ctx, Profile& profile, const at::Tensor& q, const at::Tensor& k,
                            const at::Tensor& v, const std::shared_ptr<const SegmentLayout>& layout) {
    const WorkTimer timer(profile, Work::attention);
    const int64_t kvHeads = k.size(1), dim = k.size(2), size = KvCache::kBlockSize;
    const KvBlocks blocks{at::empty({layout->blocks, kvHeads, dim, size}, k.options()),
                          at::empty({layout->blocks, kvHeads, size, dim}, v.options())};
    writeKeysValues(blocks, k, v, layout->rows);
    at::Tensor logSum;
    const at::Tensor output = blockAttention(q, blocks, layout->rows, /*window=*/0, &logSum);
    ctx->save_for_backward({q, k, v, output, logSum});
    ctx->saved_data["kept"] = keep(KeptLayout{&profile, layout});
    return output;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const KeptLayout& kept = dataOf<KeptLayout>(ctx->saved_data["kept"]);
    const WorkTimer timer(*kept.profile, Work::attention);
    const SegmentLayout& layout = *kept.layout;
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor dOutput = grads[0].contiguous().view_as(saved[0]), output = saved[3].view_as(saved[0]);
    const Gradients d = backwardAll(dOutput, {saved[0], saved[1], saved[2]}, {output, saved[4]}, layout);
    return {{}, d.q, d.k, d.v, {}};
  }
};

// Blocks for a segment of this many tokens.
std::vector<int32_t> takeBlocks(SegmentLayout& layout, int64_t tokens) {
  std::vector<int32_t> blocks(static_cast<size_t>(KvCache::blocksFor(tokens)));
  std::iota(blocks.begin(), blocks.end(), static_cast<int32_t>(layout.blocks));
  layout.blocks += static_cast<int64_t>(blocks.size());
  return blocks;
}

PackedLayout packed(const std::vector<int64_t>& lengths) {
  std::vector<int64_t> offsets{0};
  for (int64_t length : lengths) offsets.push_back(offsets.back() + length);
  return lengths.empty() ? PackedLayout{} : portable::packedLayout(offsets, at::kCPU);
}

}  // namespace

std::shared_ptr<const SegmentLayout> segmentLayout(const std::vector<int64_t>& prefixes,
                                                   const std::vector<std::vector<int64_t>>& tails) {
  auto layout = std::make_shared<SegmentLayout>();
  std::vector<int64_t> allTails;
  for (int64_t length : prefixes) {
    layout->prefixBlocks.push_back(takeBlocks(*layout, length));
    layout->prefixTokens += length;
  }
  int64_t prefix = 0;
  for (size_t g = 0; g < prefixes.size(); ++g) {
    const int64_t tokens = std::accumulate(tails[g].begin(), tails[g].end(), int64_t{0});
    if (tokens > 0) {
      layout->groups.push_back({.prefix = prefix,
                                .prefixLength = prefixes[g],
                                .tails = layout->prefixTokens + layout->tailTokens,
                                .tailTokens = tokens});
    }
    for (int64_t length : tails[g]) {
      allTails.push_back(length);
      layout->tailBlocks.push_back(takeBlocks(*layout, length));
    }
    prefix += prefixes[g];
    layout->tailTokens += tokens;
  }
  layout->prefixes = packed(prefixes);
  layout->tails = packed(allTails);
  std::vector<BlockRow> rows;
  for (size_t g = 0; g < prefixes.size(); ++g) {
    for (int64_t t = 1; t <= prefixes[g]; ++t)
      rows.push_back({.group = static_cast<int64_t>(g), .tailBlocks = &layout->prefixBlocks[g], .tailLength = t});
  }
  size_t tail = 0;
  for (size_t g = 0; g < prefixes.size(); ++g) {
    const auto group = static_cast<int64_t>(prefixes.size() + g);  // not the prefix's own rows
    for (int64_t length : tails[g]) {
      for (int64_t t = 1; t <= length; ++t) {
        rows.push_back({.group = group,
                        .prefixBlocks = &layout->prefixBlocks[g],
                        .prefixLength = prefixes[g],
                        .tailBlocks = &layout->tailBlocks[tail],
                        .tailLength = t});
      }
      ++tail;
    }
  }
  layout->rows = blockRows(std::move(rows), at::kCPU);
  return layout;
}

at::Tensor segmentAttention(Profile& profile, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const std::shared_ptr<const SegmentLayout>& layout) {
  return SegmentAttention::apply(profile, q.contiguous(), k.contiguous(), v.contiguous(), layout);
}

}  // namespace serl::cpu
