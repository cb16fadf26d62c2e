#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "core/model_config.h"

namespace serl {

// One decoder block. Projections that read the same input are fused row-wise, one product instead of several.
struct LayerWeights {
  at::Tensor inputNorm;           // [hidden]
  at::Tensor qkv, qkvBias;        // [(heads + 2 kvHeads) * headDim, hidden], [rows] or undefined
  at::Tensor qNorm, kNorm;        // [headDim] or undefined
  at::Tensor output, outputBias;  // [hidden, heads * headDim], [hidden] or undefined
  at::Tensor postAttentionNorm;   // [hidden]
  at::Tensor gateUp, gateUpBias;  // [2 * intermediate, hidden], [rows] or undefined
  at::Tensor down, downBias;      // [hidden, intermediate], [hidden] or undefined
};

// A tensor of the checkpoint: rows [start, start + length) of a fused parameter.
struct NamedTensor {
  std::string name;  // HuggingFace's
  size_t parameter;  // index into Weights::parameters
  int64_t start;
  int64_t length;
};

struct Weights {
  at::Tensor embedding;  // [vocab, hidden]
  std::vector<LayerWeights> layers;
  at::Tensor norm;             // [hidden]
  at::Tensor lmHead;           // [vocab, hidden]; the embedding itself when tied
  size_t lmHeadParameter = 0;  // its index into parameters

  std::vector<at::Tensor> parameters;             // every distinct tensor above, in checkpoint order
  std::vector<NamedTensor> names;                 // in checkpoint order
  std::unordered_map<std::string, size_t> index;  // name -> position in names

  int64_t bytes() const;
};

// Uninitialised weights of the given shape.
Weights allocateWeights(const ModelConfig& config, at::TensorOptions options);

// A copy that shares nothing; never requires gradients.
Weights cloneWeights(const Weights& weights, const ModelConfig& config);

// The rows of `tensors[named.parameter]` that the name stands for; `tensors` runs parallel to Weights::parameters.
at::Tensor namedView(const std::vector<at::Tensor>& tensors, const NamedTensor& named);

}  // namespace serl
