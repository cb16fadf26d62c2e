#include "binding/marshal.h"

#include <ATen/ATen.h>

namespace serl {
namespace {

double number(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::Number>().DoubleValue(); }
int64_t integer(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::Number>().Int64Value(); }
bool flag(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::Boolean>().Value(); }
std::string text(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::String>().Utf8Value(); }

template <typename T>
const T* elements(const Napi::Object& object, const char* key) {
  return object.Get(key).As<Napi::TypedArrayOf<T>>().Data();
}

const float* optionalFloats(const Napi::Object& object, const char* key) {
  return object.Get(key).IsTypedArray() ? elements<float>(object, key) : nullptr;
}

template <typename T, typename Out>
std::vector<Out> copied(const Napi::Object& object, const char* key) {
  const auto array = object.Get(key).As<Napi::TypedArrayOf<T>>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

at::ScalarType scalarType(const std::string& name) {
  if (name == "F32" || name == "float32") return at::kFloat;
  if (name == "F16") return at::kHalf;
  if (name == "BF16" || name == "bfloat16") return at::kBFloat16;
  throw Error(ErrorCode::Argument, "unknown dtype " + name);
}

ModelConfig readModel(const Napi::Object& object) {
  ModelConfig model;
  model.vocabSize = integer(object, "vocabSize");
  model.hiddenSize = integer(object, "hiddenSize");
  model.intermediateSize = integer(object, "intermediateSize");
  model.numHiddenLayers = integer(object, "numHiddenLayers");
  model.numAttentionHeads = integer(object, "numAttentionHeads");
  model.numKeyValueHeads = integer(object, "numKeyValueHeads");
  model.headDim = integer(object, "headDim");
  model.maxPositionEmbeddings = integer(object, "maxPositionEmbeddings");
  model.rmsNormEps = number(object, "rmsNormEps");
  model.tieWordEmbeddings = flag(object, "tieWordEmbeddings");
  model.qkvBias = flag(object, "qkvBias");
  model.attentionOutputBias = flag(object, "attentionOutputBias");
  model.mlpBias = flag(object, "mlpBias");
  model.qkNorm = flag(object, "qkNorm");
  model.slidingWindows = copied<int32_t, int64_t>(object, "slidingWindows");
  model.ropeFrequencies = copied<float, float>(object, "ropeFrequencies");
  model.ropeScale = number(object, "ropeScale");
  return model;
}

// A vector that the shared owner keeps alive, seen from JavaScript. An empty one is an ordinary array: V8 forbids
// two external buffers on one address.
template <typename Array, typename T, typename Owner>
Napi::Value external(Napi::Env env, T* data, size_t count, const std::shared_ptr<Owner>& owner) {
  if (count == 0) return Array::New(env, 0);
  auto* held = new std::shared_ptr<Owner>(owner);
  const auto buffer = Napi::ArrayBuffer::New(
      env, data, count * sizeof(T), [](Napi::BasicEnv, void*, std::shared_ptr<Owner>* hint) { delete hint; }, held);
  return Array::New(env, count, buffer, 0);
}

}  // namespace

std::vector<TensorSource> readSources(const Napi::Array& array) {
  std::vector<TensorSource> sources;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const auto object = array.Get(i).As<Napi::Object>();
    TensorSource source{
        text(object, "name"), text(object, "file"), integer(object, "offset"), scalarType(text(object, "dtype")), {}};
    const auto shape = object.Get("shape").As<Napi::Array>();
    for (uint32_t d = 0; d < shape.Length(); ++d) source.shape.push_back(shape.Get(d).As<Napi::Number>().Int64Value());
    sources.push_back(std::move(source));
  }
  return sources;
}

std::vector<TensorFile> readFiles(const Napi::Array& array) {
  std::vector<TensorFile> files;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const auto object = array.Get(i).As<Napi::Object>();
    TensorFile file{text(object, "path"), copied<uint8_t, uint8_t>(object, "header"), {}};
    const auto names = object.Get("tensors").As<Napi::Array>();
    for (uint32_t n = 0; n < names.Length(); ++n) file.tensors.push_back(names.Get(n).As<Napi::String>().Utf8Value());
    files.push_back(std::move(file));
  }
  return files;
}

EngineOptions readEngineOptions(const Napi::Object& object) {
  EngineOptions options;
  options.model = readModel(object.Get("model").As<Napi::Object>());
  options.weights = readSources(object.Get("weights").As<Napi::Array>());
  options.device = text(object, "device");
  options.dtype = scalarType(text(object, "dtype"));
  options.reference = flag(object, "reference");
  options.kvCacheBytes = integer(object, "kvCacheBytes");
  options.threads = static_cast<int>(integer(object, "threads"));
  options.activationCheckpointing = object.Get("activationCheckpointing").ToBoolean();
  options.model.portableKernels = object.Get("portableKernels").ToBoolean();
  return options;
}

GenerateParams readGenerateParams(const Napi::Object& object) {
  GenerateParams params;
  params.samplesPerPrompt = integer(object, "samplesPerPrompt");
  params.maxNewTokens = integer(object, "maxNewTokens");
  params.sampling = {number(object, "temperature"), number(object, "topP"), number(object, "presencePenalty")};
  params.stopTokens = copied<int32_t, int32_t>(object, "stopTokens");
  params.seeds = copied<uint32_t, uint32_t>(object, "seeds");
  return params;
}

std::vector<std::vector<int32_t>> readPrompts(const Napi::Object& batch) {
  const auto* tokens = elements<int32_t>(batch, "tokens");
  const auto offsets = batch.Get("offsets").As<Napi::TypedArrayOf<int32_t>>();
  std::vector<std::vector<int32_t>> prompts;
  for (size_t i = 0; i + 1 < offsets.ElementLength(); ++i)
    prompts.emplace_back(tokens + offsets.Data()[i], tokens + offsets.Data()[i + 1]);
  return prompts;
}

SequenceView readSequences(const Napi::Object& batch) {
  const auto lengths = batch.Get("promptLengths").As<Napi::TypedArrayOf<int32_t>>();
  return {elements<int32_t>(batch, "tokens"), elements<int32_t>(batch, "offsets"), lengths.Data(),
          static_cast<int64_t>(lengths.ElementLength())};
}

LossView readLoss(const Napi::Object& loss) {
  LossView view;
  view.weights = optionalFloats(loss, "weights");
  view.normalizer = number(loss, "normalizer");
  view.policy = text(loss, "kind") == "policy";
  if (!view.policy) return view;
  view.advantages = elements<float>(loss, "advantages");
  view.oldLogprobs = elements<float>(loss, "oldLogprobs");
  view.referenceLogprobs = optionalFloats(loss, "referenceLogprobs");
  view.temperature = number(loss, "temperature");
  const std::string estimator = text(loss, "klEstimator");
  view.params = {number(loss, "clipLow"), number(loss, "clipHigh"), number(loss, "klCoef"),
                 estimator == "k1"   ? KlEstimator::k1
                 : estimator == "k2" ? KlEstimator::k2
                                     : KlEstimator::k3};
  return view;
}

AdamWParams readAdamW(const Napi::Object& object) {
  return {integer(object, "step"), number(object, "lr"),          number(object, "beta1"),      number(object, "beta2"),
          number(object, "eps"),   number(object, "weightDecay"), number(object, "maxGradNorm")};
}

Napi::Object makeStats(Napi::Env env, const LossStats& stats) {
  auto object = Napi::Object::New(env);
  object.Set("tokens", Napi::Number::New(env, static_cast<double>(stats.tokens)));
  object.Set("loss", Napi::Number::New(env, stats.loss));
  object.Set("klSum", Napi::Number::New(env, stats.klSum));
  object.Set("clippedTokens", Napi::Number::New(env, stats.clippedTokens));
  object.Set("entropySum", Napi::Number::New(env, stats.entropySum));
  object.Set("ratioMax", Napi::Number::New(env, stats.ratioMax));
  return object;
}

Napi::Object makeStats(Napi::Env env, const StepStats& stats) {
  auto object = Napi::Object::New(env);
  object.Set("gradNorm", Napi::Number::New(env, stats.gradNorm));
  object.Set("nonFinite", stats.nonFinite.empty() ? env.Null() : Napi::String::New(env, stats.nonFinite));
  return object;
}

Napi::Object makeCompletions(Napi::Env env, std::shared_ptr<Completions> completions) {
  auto object = Napi::Object::New(env);
  Completions& c = *completions;
  object.Set("tokens", external<Napi::Int32Array>(env, c.tokens.data(), c.tokens.size(), completions));
  object.Set("offsets", external<Napi::Int32Array>(env, c.offsets.data(), c.offsets.size(), completions));
  object.Set("logprobs", external<Napi::Float32Array>(env, c.logprobs.data(), c.logprobs.size(), completions));
  object.Set("finishReasons",
             external<Napi::Uint8Array>(env, c.finishReasons.data(), c.finishReasons.size(), completions));
  return object;
}

Napi::Value makeFloats(Napi::Env env, const at::Tensor& tensor) {
  const auto owner = std::make_shared<at::Tensor>(tensor.contiguous());
  return external<Napi::Float32Array>(env, owner->mutable_data_ptr<float>(), static_cast<size_t>(owner->numel()),
                                      owner);
}

Napi::Value makeDoubles(Napi::Env env, const at::Tensor& tensor) {
  const auto owner = std::make_shared<at::Tensor>(tensor.contiguous());
  return external<Napi::Float64Array>(env, owner->mutable_data_ptr<double>(), static_cast<size_t>(owner->numel()),
                                      owner);
}

}  // namespace serl
