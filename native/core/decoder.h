#pragma once
#include <functional>

#include "core/weights.h"

namespace serl {

// What differs between training, scoring, prefill and decode: how a layer's queries find their keys.
// (layer, q [T, heads, headDim], k [T, kvHeads, headDim], v [T, kvHeads, headDim]) -> [T, heads * headDim]
using Attend = std::function<at::Tensor(int64_t, const at::Tensor&, const at::Tensor&, const at::Tensor&)>;

// The decoder-only transformer: tokens [T] and positions [T], both int64 -> hidden states after the last norm
// [T, hidden]. Logits are apart (vocabulary.h). One block serves Llama, Qwen2, Qwen3 and Mistral: they differ in
// biases, q/k norms and windows, which are data.
at::Tensor decoderForward(const Weights& weights, const ModelConfig& config, const at::Tensor& tokens,
                          const at::Tensor& positions, const Attend& attend);

// The same, but the backward has only each layer's input to go by and runs the layer again (Chen et al. 2016, "Training
// deep nets with sublinear memory cost"). What it was called with must outlive the backward.
at::Tensor checkpointedForward(const Weights& weights, const ModelConfig& config, const at::Tensor& tokens,
                               const at::Tensor& positions, const Attend& attend);

}  // namespace serl
