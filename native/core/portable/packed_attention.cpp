#include "core/portable/packed_attention.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace serl::portable {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// Moving tokens between packed and padded is a permutation, so each direction's backward is the other's forward:
// two gathers, where autograd's index_select would scatter-add.
at::Tensor toGrid(const at::Tensor& x, const at::Tensor& gather) { return x.index_select(0, gather); }
at::Tensor toPacked(const at::Tensor& x, const at::Tensor& scatter) { return x.index_select(0, scatter); }

struct Pad : torch::autograd::Function<Pad> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& gather,
                            const at::Tensor& scatter) {
    ctx->save_for_backward({scatter});
    return toGrid(x, gather);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    return {toPacked(grads[0], ctx->get_saved_variables()[0]), {}, {}};
  }
};

struct Unpad : torch::autograd::Function<Unpad> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& gather,
                            const at::Tensor& scatter, const at::Tensor& present) {
    ctx->save_for_backward({gather, present});
    return toPacked(x, scatter);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    // padding repeats token 0: its gradient must not count twice
    return {toGrid(grads[0], saved[0]).mul_(saved[1].unsqueeze(-1)), {}, {}, {}};
  }
};

// [L, L] bool, true = visible.
at::Tensor windowMask(int64_t length, int64_t window, at::Device device) {
  const at::Tensor position = at::arange(length, at::TensorOptions().dtype(at::kLong).device(device));
  const at::Tensor distance = position.unsqueeze(1) - position.unsqueeze(0);  // query - key
  return distance.ge(0).logical_and(distance.lt(window));
}

}  // namespace

PackedLayout packedLayout(const std::vector<int64_t>& offsets, at::Device device) {
  PackedLayout layout;
  layout.sequences = static_cast<int64_t>(offsets.size()) - 1;
  const int64_t total = offsets.back();
  for (int64_t i = 0; i < layout.sequences; ++i) {
    layout.maxLength =
        std::max(layout.maxLength, offsets[static_cast<size_t>(i) + 1] - offsets[static_cast<size_t>(i)]);
  }
  const int64_t slots = layout.sequences * layout.maxLength;
  layout.padded = slots != total;
  const auto options = at::TensorOptions().dtype(at::kLong);
  at::Tensor gather = at::zeros({slots}, options), scatter = at::empty({total}, options),
             positions = at::empty({total}, options);
  at::Tensor present = at::zeros({slots}, at::TensorOptions().dtype(at::kBool));
  auto* gatherData = gather.mutable_data_ptr<int64_t>();
  auto* scatterData = scatter.mutable_data_ptr<int64_t>();
  auto* positionData = positions.mutable_data_ptr<int64_t>();
  auto* presentData = present.mutable_data_ptr<bool>();
  for (int64_t i = 0; i < layout.sequences; ++i) {
    const int64_t begin = offsets[static_cast<size_t>(i)], end = offsets[static_cast<size_t>(i) + 1];
    for (int64_t token = begin; token < end; ++token) {
      const int64_t slot = i * layout.maxLength + token - begin;
      gatherData[slot] = token;
      presentData[slot] = true;
      scatterData[token] = slot;
      positionData[token] = token - begin;
    }
  }
  layout.gather = gather.to(device);
  layout.scatter = scatter.to(device);
  layout.present = present.to(device);
  layout.positions = positions.to(device);
  return layout;
}

at::Tensor packedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const PackedLayout& layout,
                           int64_t window) {
  const int64_t heads = q.size(1), kvHeads = k.size(1), dim = q.size(2);
  const auto grid = [&](const at::Tensor& x) {  // [T, h, d] -> [n, h, L, d]
    const at::Tensor slots = layout.padded ? Pad::apply(x.flatten(1), layout.gather, layout.scatter) : x.flatten(1);
    return slots.view({layout.sequences, layout.maxLength, x.size(1), dim}).transpose(1, 2);
  };
  const auto repeat = [&](const at::Tensor& x) {  // [n, kvHeads, L, d] -> [n, heads, L, d]
    if (heads == kvHeads) return x;
    return x.unsqueeze(2).expand({-1, -1, heads / kvHeads, -1, -1}).flatten(1, 2);
  };
  const bool windowed = window > 0 && window < layout.maxLength;
  const std::optional<at::Tensor> mask =
      windowed ? std::make_optional(windowMask(layout.maxLength, window, q.device())) : std::nullopt;
  const at::Tensor attended = at::scaled_dot_product_attention(
      grid(q.contiguous()), repeat(grid(k.contiguous())), repeat(grid(v.contiguous())), mask,
      /*dropout_p=*/0.0, /*is_causal=*/!windowed);  // [n, heads, L, d]
  const at::Tensor slots = attended.transpose(1, 2).reshape({layout.sequences * layout.maxLength, heads * dim});
  return layout.padded ? Unpad::apply(slots, layout.gather, layout.scatter, layout.present) : slots;
}

}  // namespace serl::portable
