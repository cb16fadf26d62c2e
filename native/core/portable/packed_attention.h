#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace serl::portable {

// How n packed sequences [T] lie in a right-padded grid [n, maxLength].
struct PackedLayout {
  int64_t sequences = 0;
  int64_t maxLength = 0;
  bool padded = false;   // some sequence is shorter than maxLength
  at::Tensor gather;     // [n * maxLength] int64: packed token behind each slot, 0 behind padding
  at::Tensor scatter;    // [T] int64: slot of each packed token
  at::Tensor present;    // [n * maxLength] bool: slot holds a token
  at::Tensor positions;  // [T] int64: position in the own sequence
};

// offsets [n + 1], 0 first, T last.
PackedLayout packedLayout(const std::vector<int64_t>& offsets, at::Device device);

// Causal attention inside each sequence; window = keys a query sees, itself included (0 = all).
// q [T, heads, d], k and v [T, kvHeads, d] -> [T, heads * d]. Differentiable.
at::Tensor packedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const PackedLayout& layout,
                           int64_t window);

}  // namespace serl::portable
