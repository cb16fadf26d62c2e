#include "binding/marshal.h"

#include <ATen/ATen.h>

namespace serl {
namespace {

double number(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::Number>().DoubleValue(); }
int64_t integer(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::Number>().Int64Value(); }
bool flag(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::Boolean>().Value(); }
// false where it is left out.
bool optionalFlag(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  return !value.IsUndefined() && !value.IsNull() && value.As<Napi::Boolean>().Value();
}
std::string text(const Napi::Object& object, const char* key) {
  std::string value = object.Get(key).As<Napi::String>().Utf8Value();
  // the system would read a path up to there only
  if (value.find('\0') != std::string::npos) throw Error(ErrorCode::Argument, std::string(key) + " holds a NUL");
  return value;
}

template <typename T>
constexpr napi_typedarray_type kArrayType;
template <>
constexpr napi_typedarray_type kArrayType<uint8_t> = napi_uint8_array;
template <>
constexpr napi_typedarray_type kArrayType<int32_t> = napi_int32_array;
template <>
constexpr napi_typedarray_type kArrayType<uint32_t> = napi_uint32_array;
template <>
constexpr napi_typedarray_type kArrayType<float> = napi_float32_array;

// The elements of a typed array; none if its buffer was transferred.
template <typename T, typename Out = T>
std::vector<Out> copied(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != kArrayType<T>)
    throw Error(ErrorCode::Argument, std::string(key) + " is not a typed array of the right type");
  const auto array = value.As<Napi::TypedArrayOf<T>>();
  const T* data = array.Data();
  return data == nullptr ? std::vector<Out>{} : std::vector<Out>{data, data + array.ElementLength()};
}

std::vector<float> optionalFloats(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  return value.IsUndefined() || value.IsNull() ? std::vector<float>{} : copied<float>(object, key);
}

at::ScalarType storedType(const std::string& name) {
  if (name == "F32") return at::kFloat;
  if (name == "F16") return at::kHalf;
  if (name == "BF16") return at::kBFloat16;
  throw Error(ErrorCode::Argument, "dtype is " + name + ": F32, F16 or BF16");
}

at::ScalarType engineType(const std::string& name) {
  if (name == "float32") return at::kFloat;
  if (name == "bfloat16") return at::kBFloat16;
  throw Error(ErrorCode::Argument, "dtype is " + name + ": float32 or bfloat16");
}

// The default where it is left out.
double optionalNumber(const Napi::Object& object, const char* key, double fallback) {
  return object.Get(key).IsUndefined() ? fallback : number(object, key);
}
std::string optionalText(const Napi::Object& object, const char* key, const char* fallback) {
  return object.Get(key).IsUndefined() ? fallback : text(object, key);
}

bool isPolicy(const std::string& kind) {
  if (kind == "policy") return true;
  if (kind == "nll") return false;
  throw Error(ErrorCode::Argument, "loss kind is " + kind + ": policy or nll");
}

Surrogate surrogate(const std::string& name) {
  if (name == "ppo") return Surrogate::ppo;
  if (name == "cispo") return Surrogate::cispo;
  throw Error(ErrorCode::Argument, "surrogate is " + name + ": ppo or cispo");
}

KlEstimator klEstimator(const std::string& name) {
  if (name == "k1") return KlEstimator::k1;
  if (name == "k2") return KlEstimator::k2;
  if (name == "k3") return KlEstimator::k3;
  throw Error(ErrorCode::Argument, "klEstimator is " + name + ": k1, k2 or k3");
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
  model.ropeFrequencies = copied<float>(object, "ropeFrequencies");
  model.ropeScale = number(object, "ropeScale");
  return model;
}

// A typed array over a vector that the shared owner keeps alive. An empty one is an ordinary array: V8 forbids two
// external buffers at one address.
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
    TensorSource source{.name = text(object, "name"),
                        .file = text(object, "file"),
                        .offset = integer(object, "offset"),
                        .dtype = storedType(text(object, "dtype"))};
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
    TensorFile file{.path = text(object, "path"), .header = copied<uint8_t>(object, "header")};
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
  options.dtype = engineType(text(object, "dtype"));
  options.reference = flag(object, "reference");
  options.kvCacheBytes = integer(object, "kvCacheBytes");
  options.threads = static_cast<int>(integer(object, "threads"));
  options.activationCheckpointing = optionalFlag(object, "activationCheckpointing");
  options.portableKernels = optionalFlag(object, "portableKernels");
  options.checkWeights = optionalFlag(object, "checkWeights");
  return options;
}

StopStrings readStopStrings(const Napi::Object& object) {
  StopStrings stops{.strings = {},
                    .tokenBytes = copied<uint8_t>(object, "tokenBytes"),
                    .tokenOffsets = copied<int32_t>(object, "tokenOffsets")};
  const auto strings = object.Get("strings").As<Napi::Array>();
  for (uint32_t i = 0; i < strings.Length(); ++i) {
    if (stops.strings.size() > StopStrings::kMost) break;  // refused by its check
    stops.strings.push_back(strings.Get(i).As<Napi::String>().Utf8Value());
  }
  return stops;
}

GenerateParams readGenerateParams(const Napi::Object& object) {
  GenerateParams params;
  params.samplesPerPrompt = integer(object, "samplesPerPrompt");
  params.maxNewTokens = integer(object, "maxNewTokens");
  params.sampling = {number(object, "temperature"), number(object, "topP"), number(object, "presencePenalty")};
  params.stopTokens = copied<int32_t>(object, "stopTokens");
  params.seeds = copied<uint32_t>(object, "seeds");
  const Napi::Value stops = object.Get("stopStrings");
  if (stops.IsObject()) params.stopStrings = readStopStrings(stops.As<Napi::Object>());
  return params;
}

TokenInput readTokens(const Napi::Object& batch) {
  return {.tokens = copied<int32_t>(batch, "tokens"), .offsets = copied<int32_t>(batch, "offsets")};
}

SequenceInput readSequences(const Napi::Object& batch) {
  return {readTokens(batch), copied<int32_t>(batch, "promptLengths")};
}

LossView LossInput::view() const {
  LossView view = scalars;
  view.advantages = advantages;
  view.oldLogprobs = oldLogprobs;
  view.referenceLogprobs = referenceLogprobs;
  view.weights = weights;
  return view;
}

LossInput readLoss(const Napi::Object& loss) {
  LossInput input;
  input.weights = optionalFloats(loss, "weights");
  input.scalars.normalizer = number(loss, "normalizer");
  input.scalars.policy = isPolicy(text(loss, "kind"));
  if (!input.scalars.policy) return input;
  input.advantages = copied<float>(loss, "advantages");
  input.oldLogprobs = copied<float>(loss, "oldLogprobs");
  input.referenceLogprobs = optionalFloats(loss, "referenceLogprobs");
  input.scalars.temperature = number(loss, "temperature");
  input.scalars.params = {.surrogate = surrogate(optionalText(loss, "surrogate", "ppo")),
                          .clipLow = number(loss, "clipLow"),
                          .clipHigh = number(loss, "clipHigh"),
                          .klCoef = number(loss, "klCoef"),
                          .klEstimator = klEstimator(text(loss, "klEstimator")),
                          .klByRatio = optionalFlag(loss, "klByRatio"),
                          .entropyCoef = optionalNumber(loss, "entropyCoef", 0.0)};
  return input;
}

AdamWParams readAdamW(const Napi::Object& object) {
  return {.step = integer(object, "step"),
          .lr = number(object, "lr"),
          .beta1 = number(object, "beta1"),
          .beta2 = number(object, "beta2"),
          .eps = number(object, "eps"),
          .weightDecay = number(object, "weightDecay"),
          .maxGradNorm = number(object, "maxGradNorm")};
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

Napi::Object makeFinished(Napi::Env env, std::shared_ptr<FinishedPrompts> finished) {
  Napi::Object object = makeCompletions(env, {finished, &finished->completions});
  object.Set("prompts", external<Napi::Int32Array>(env, finished->prompts.data(), finished->prompts.size(), finished));
  return object;
}

Napi::Object makeDrawn(Napi::Env env, std::shared_ptr<DrawnTokens> drawn) {
  auto object = Napi::Object::New(env);
  object.Set("rows", external<Napi::Int32Array>(env, drawn->rows.data(), drawn->rows.size(), drawn));
  object.Set("tokens", external<Napi::Int32Array>(env, drawn->tokens.data(), drawn->tokens.size(), drawn));
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
