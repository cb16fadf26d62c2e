#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace serl {

// Sizes and constants of a decoder-only transformer; the fields are those of src/native/types.ts.
struct ModelConfig {
  int64_t vocabSize = 0;
  int64_t hiddenSize = 0;
  int64_t intermediateSize = 0;
  int64_t numHiddenLayers = 0;
  int64_t numAttentionHeads = 0;
  int64_t numKeyValueHeads = 0;
  int64_t headDim = 0;
  int64_t maxPositionEmbeddings = 0;
  double rmsNormEps = 1e-6;
  bool tieWordEmbeddings = false;
  bool qkvBias = false;
  bool attentionOutputBias = false;
  bool mlpBias = false;
  bool qkNorm = false;
  std::vector<int64_t> slidingWindows;  // [numHiddenLayers] keys a query sees, itself included; 0 = all
  std::vector<float> ropeFrequencies;   // [headDim / 2] radians per position
  double ropeScale = 1.0;               // multiplies cos and sin

  int64_t querySize() const { return numAttentionHeads * headDim; }
  int64_t keyValueSize() const { return numKeyValueHeads * headDim; }
};

// Checks what kernels assume about the arrays. Throws Error(Argument).
void checkModel(const ModelConfig& config);

}  // namespace serl
