#pragma once
#include <ATen/core/Tensor.h>
#include <napi.h>

#include <memory>
#include <vector>

#include "core/engine.h"
#include "core/error.h"

// The only place that reads and makes JavaScript values. src/native/engine.ts has checked shapes and ranges already.
namespace serl {

EngineOptions readEngineOptions(const Napi::Object& object);
GenerateParams readGenerateParams(const Napi::Object& object);
std::vector<std::vector<int32_t>> readPrompts(const Napi::Object& batch);
SequenceView readSequences(const Napi::Object& batch);
LossView readLoss(const Napi::Object& loss);
AdamWParams readAdamW(const Napi::Object& object);
std::vector<TensorSource> readSources(const Napi::Array& array);
std::vector<TensorFile> readFiles(const Napi::Array& array);

Napi::Object makeStats(Napi::Env env, const LossStats& stats);
Napi::Object makeStats(Napi::Env env, const StepStats& stats);

// Handed over without a copy: the ArrayBuffer owns the memory and frees it when collected.
Napi::Object makeCompletions(Napi::Env env, std::shared_ptr<Completions> completions);
Napi::Value makeFloats(Napi::Env env, const at::Tensor& tensor);   // Float32Array of a CPU float32 tensor
Napi::Value makeDoubles(Napi::Env env, const at::Tensor& tensor);  // Float64Array of a CPU float64 tensor

}  // namespace serl
