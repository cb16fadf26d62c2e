#pragma once
#include "core/backend.h"
#include "core/weights.h"

namespace serl {

// The decoder-only transformer: hidden states after the last norm [T, hidden]. Logits are separate (vocabulary.h). One
// block serves Llama, Qwen2, Qwen3 and Mistral: they differ in biases, q/k norms and windows, which are data.
at::Tensor decoderForward(const Backend& backend, const Weights& weights, const DecoderInput& input);

// The same, but keeps only each layer's input and recomputes the layer in the backward pass (Chen et al. 2016,
// "Training deep nets with sublinear memory cost"). The arguments must outlive the backward pass.
at::Tensor checkpointedForward(const Backend& backend, const Weights& weights, const DecoderInput& input);

}  // namespace serl
