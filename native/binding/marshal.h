#pragma once
#include <ATen/core/Tensor.h>
#include <napi.h>

#include <memory>
#include <vector>

#include "core/engine.h"
#include "core/error.h"

// Structs of native/core from JavaScript values, and JavaScript values from their results. Readers copy their input: an
// array may be written to, or transferred, while its call waits. A value of the wrong type, or a name that none of the
// known ones is, throws Error(Argument) or Napi::Error; lengths and ranges are checked by src/native/checks.ts, with
// better messages, and by the engine, on the copies.
namespace serl {

struct TokenInput {
  std::vector<int32_t> tokens;   // [T]
  std::vector<int32_t> offsets;  // [n + 1]

  TokenView view() const { return {tokens, offsets}; }
};

struct SequenceInput : TokenInput {
  std::vector<int32_t> promptLengths;  // [n]

  SequenceView view() const { return {{tokens, offsets}, promptLengths}; }
};

struct LossInput {
  LossView scalars;                                                        // its arrays are empty
  std::vector<float> advantages, oldLogprobs, referenceLogprobs, weights;  // [A], or empty

  LossView view() const;
};

EngineOptions readEngineOptions(const Napi::Object& object);
GenerateParams readGenerateParams(const Napi::Object& object);
TokenInput readTokens(const Napi::Object& batch);
SequenceInput readSequences(const Napi::Object& batch);
LossInput readLoss(const Napi::Object& loss);
AdamWParams readAdamW(const Napi::Object& object);
std::vector<TensorSource> readSources(const Napi::Array& array);
std::vector<TensorFile> readFiles(const Napi::Array& array);

Napi::Object makeStats(Napi::Env env, const LossStats& stats);
Napi::Object makeStats(Napi::Env env, const StepStats& stats);

// Handed over without a copy: the ArrayBuffer owns the memory and frees it when collected.
Napi::Object makeCompletions(Napi::Env env, std::shared_ptr<Completions> completions);
Napi::Object makeFinished(Napi::Env env, std::shared_ptr<FinishedPrompts> finished);
Napi::Object makeDrawn(Napi::Env env, std::shared_ptr<DrawnTokens> drawn);
Napi::Value makeFloats(Napi::Env env, const at::Tensor& tensor);   // Float32Array of a CPU float32 tensor
Napi::Value makeDoubles(Napi::Env env, const at::Tensor& tensor);  // Float64Array of a CPU float64 tensor

}  // namespace serl
