#pragma once
#include "core/backend.h"
#include "core/weights.h"

namespace serl {

// The decoder-only transformer: hidden states after the last norm [T, hidden]. Logits are apart (vocabulary.h). One
// block serves Llama, Qwen2, Qwen3 and Mistral: they differ in biases, q/k norms and windows, which are data.
at::Tensor decoderForward(const Backend& backend, const Weights& weights, const DecoderInput& input);

// The same, but the backward has only each layer's input to go by and runs the layer again (Chen et al. 2016, "Training
// deep nets with sublinear memory cost"). What it was called with must outlive the backward.
at::Tensor checkpointedForward(const Backend& backend, const Weights& weights, const DecoderInput& input);

}  // namespace serl
