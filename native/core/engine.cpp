#include "core/engine.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/decoder.h"
#include "core/device.h"
#include "core/error.h"

namespace serl {
namespace {

// Borrowed host floats as a tensor on the device; undefined if there are none.
at::Tensor uploadFloats(std::span<const float> floats, at::Device device) {
  if (floats.empty()) return {};
  return at::from_blob(const_cast<float*>(floats.data()), {static_cast<int64_t>(floats.size())},
                       at::TensorOptions().dtype(at::kFloat))
      .to(device);
}

// Checks what reading the arrays assumes.
void checkLoss(const LossView& loss, int64_t actions) {
  const auto sized = [actions](std::span<const float> floats, bool needed, const char* name) {
    const auto size = static_cast<int64_t>(floats.size());
    if (size == actions || (size == 0 && !needed)) return;
    throw Error(ErrorCode::Argument, std::string(name) + " has " + std::to_string(size) + " values for " +
                                         std::to_string(actions) + " action tokens");
  };
  sized(loss.advantages, loss.policy, "advantages");
  sized(loss.oldLogprobs, loss.policy, "oldLogprobs");
  sized(loss.referenceLogprobs, loss.policy && loss.params.klCoef != 0, "referenceLogprobs");
  sized(loss.weights, false, "weights");
}

// The borrowed arrays of a loss on the device, [A] each or undefined.
struct LossTensors {
  at::Tensor advantages, oldLogprobs, referenceLogprobs, weights;
};

// Names the first sequence with a non-finite log-probability.
[[noreturn]] void refuseLogprobs(const SequenceView& view, const at::Tensor& logprobs) {
  const float* value = logprobs.const_data_ptr<float>();
  int64_t sequence = 0, left = 0;
  for (; sequence < view.sequences(); ++sequence) {
    left = static_cast<int64_t>(view.sequence(sequence).size()) - view.promptLengths[static_cast<size_t>(sequence)];
    if (std::any_of(value, value + left, [](float x) { return !std::isfinite(x); })) break;
    value += left;
  }
  throw Error(ErrorCode::NotFinite, "a log-probability of sequence " + std::to_string(sequence + 1) + " is not finite");
}

LossTensors uploadLoss(const LossView& loss, at::Device device) {
  return {.advantages = uploadFloats(loss.advantages, device),
          .oldLogprobs = uploadFloats(loss.oldLogprobs, device),
          .referenceLogprobs = uploadFloats(loss.referenceLogprobs, device),
          .weights = uploadFloats(loss.weights, device)};
}

// Rows [begin, begin + C) of the loss.
TokenLoss tokenLoss(const LossView& loss, const LossTensors& tensors, const TokenScores& scores, int64_t begin) {
  const int64_t rows = scores.logprobs.size(0);
  const auto part = [&](const at::Tensor& all) { return all.defined() ? all.narrow(0, begin, rows) : all; };
  TokenLoss token = loss.policy ? policyLoss({.logprobs = scores.logprobs,
                                              .entropies = scores.entropies,
                                              .oldLogprobs = part(tensors.oldLogprobs),
                                              .advantages = part(tensors.advantages),
                                              .referenceLogprobs = part(tensors.referenceLogprobs)},
                                             loss.params)
                                : nllLoss(scores.logprobs);
  if (tensors.weights.defined()) {
    const at::Tensor weights = part(tensors.weights);
    token.loss = token.loss * weights;
    token.gradient = token.gradient * weights;
    if (token.entropyGradient.defined()) token.entropyGradient = token.entropyGradient * weights;
  }
  return token;
}

// Places in the statistics of a chunk.
enum Stat : uint8_t { kLoss, kEntropy, kKl, kClipped, kRatioMax, kStats };

// Sums over a chunk's tokens, and the largest ratio: [kStats] float64, on the device until all chunks are done.
at::Tensor chunkStats(const TokenLoss& token, const at::Tensor& entropy) {
  const auto sum = [&](const at::Tensor& x) {
    return x.defined() ? x.sum(at::kDouble) : at::zeros({}, entropy.options().dtype(at::kDouble));
  };
  std::array<at::Tensor, kStats> stats;
  stats[kLoss] = sum(token.loss);
  stats[kEntropy] = sum(entropy);
  stats[kKl] = sum(token.kl);
  stats[kClipped] = sum(token.clipped);
  stats[kRatioMax] = token.ratio.defined() ? token.ratio.max().to(at::kDouble) : sum({});
  return at::stack(stats);
}

LossStats joinStats(const std::vector<at::Tensor>& chunks, int64_t tokens, double normalizer) {
  const at::Tensor all = at::stack(chunks).to(at::kCPU);  // [chunks, kStats]
  const at::Tensor sums = all.sum(0);
  const double* sum = sums.const_data_ptr<double>();
  return {.tokens = tokens,
          .loss = sum[kLoss] / normalizer,
          .klSum = sum[kKl],
          .clippedTokens = sum[kClipped],
          .entropySum = sum[kEntropy],
          .ratioMax = all.select(1, kRatioMax).max().item<double>()};
}

}  // namespace

Engine::Engine(const EngineOptions& options, Gauges& gauges, const Progress& progress)
    : config_(options.model),
      device_(parseDevice(options.device)),
      dtype_(options.dtype),
      kvCacheBytes_(options.kvCacheBytes),
      activationCheckpointing_(options.activationCheckpointing),
      threads_(useThreads(options.threads)),
      memory_(gauges.memory),
      context_{.pool = {}, .profile = gauges.profile, .gradients = {}},
      backend_(
          chooseBackend({.device = device_, .dtype = dtype_, .portable = options.portableKernels}, config_, context_)) {
  checkModel(config_);
  at::NoGradGuard noGrad;
  policy_ = allocateWeights(config_, at::TensorOptions().dtype(dtype_).device(device_));
  load(options.weights, options.checkWeights, progress);
  for (at::Tensor& parameter : policy_.parameters) parameter.set_requires_grad(true);
  if (options.reference) reference_ = cloneWeights(policy_, config_);
  recordMemory();
}

void Engine::load(const std::vector<TensorSource>& sources, bool checkWeights, const Progress& progress) {
  std::vector<bool> loaded(policy_.names.size(), false);
  int64_t done = 0;
  for (const TensorSource& source : sources) {
    const auto named = policy_.index.find(source.name);
    if (named == policy_.index.end()) throw Error(ErrorCode::Argument, "the model has no tensor " + source.name);
    const at::Tensor tensor = namedView(policy_.parameters, policy_.names[named->second]);
    readTensor(source, tensor, backend_->hostMemory());
    if (checkWeights && !at::isfinite(tensor.sum(at::kDouble)).item<bool>()) {
      throw Error(ErrorCode::NotFinite,
                  "tensor " + source.name + " holds a value that is not finite (NaN or infinity)");
    }
    loaded[named->second] = true;
    if (progress) progress(++done, static_cast<int64_t>(sources.size()));
  }
  const auto missing = std::find(loaded.begin(), loaded.end(), false);
  if (missing != loaded.end()) {
    throw Error(ErrorCode::Argument,
                "no source for tensor " + policy_.names[static_cast<size_t>(missing - loaded.begin())].name);
  }
}

Completions Engine::generate(const TokenView& prompts, const GenerateParams& params, const std::atomic<bool>& cancelled,
                             const Progress& progress, const Finished& finished, const Drawn& drawn) {
  checkTokens(prompts, config_);
  context_.pool.release();  // training's memory: the KV cache needs the room
  return serl::generate(*backend_, policy_, prompts, params,
                        {.kvCacheBudget = kvCacheBytes_,
                         .kvCacheBytes = memory_.kvCache,
                         .cancelled = cancelled,
                         .progress = progress,
                         .finished = finished,
                         .drawn = drawn});
}

at::Tensor Engine::actionStates(const Weights& weights, const SequenceBatch& batch) {
  const auto run = activationCheckpointing_ && at::GradMode::is_enabled() ? checkpointedForward : decoderForward;
  return run(*backend_, weights, batch.input).index_select(0, batch.actionRows).contiguous();
}

TokenScores Engine::scores(const SequenceView& view, bool reference, double temperature, bool entropies) {
  at::NoGradGuard noGrad;
  if (reference && !reference_) throw Error(ErrorCode::Argument, "the engine was opened without reference weights");
  const Weights& weights = reference ? *reference_ : policy_;
  checkSequences(view, config_);
  const SequenceBatch batch = backend_->sequences(view);
  const at::Tensor none = at::empty({0}, at::TensorOptions().dtype(at::kFloat));
  if (batch.actions == 0) return {.logprobs = none, .entropies = none};
  const at::Tensor hidden = actionStates(weights, batch);
  TokenScores out = tokenScores(*backend_, hidden, weights.lmHead, {batch.targets, temperature}, entropies);
  out.logprobs = out.logprobs.to(at::kCPU);
  if (!at::isfinite(out.logprobs).all().item<bool>()) refuseLogprobs(view, out.logprobs);
  if (entropies) out.entropies = out.entropies.to(at::kCPU);
  return out;
}

LossStats Engine::accumulate(const SequenceView& view, const LossView& loss) {
  checkSequences(view, config_);
  checkLoss(loss, view.actions());
  try {
    return addGradients(view, loss);
  } catch (...) {
    try {
      zeroGradients();
    } catch (...) {
      // a failed device fails again: the first error is the one to report
    }
    throw;
  }
}

LossStats Engine::addGradients(const SequenceView& view, const LossView& loss) {
  prepareGradients();
  const SequenceBatch batch = backend_->sequences(view);
  if (batch.actions == 0) return {};
  const at::Tensor hidden = actionStates(policy_, batch);  // [A, hidden]
  at::Tensor lmHeadGradient = gradients_[policy_.lmHeadParameter];
  const LossTensors tensors = uploadLoss(loss, device_);
  std::vector<at::Tensor> chunks;
  const auto gradient = [&](int64_t begin, const TokenScores& scores) {
    const TokenLoss token = tokenLoss(loss, tensors, scores, begin);
    chunks.push_back(chunkStats(token, scores.entropies));
    RowGradients out{.logprob = token.gradient / loss.normalizer};
    if (token.entropyGradient.defined()) out.entropy = token.entropyGradient / loss.normalizer;
    return out;
  };
  at::Tensor hiddenGradient;
  {
    at::NoGradGuard noGrad;
    hiddenGradient = backwardThroughVocabulary(*backend_, hidden.detach(), policy_.lmHead.detach(),
                                               {batch.targets, loss.temperature}, gradient, lmHeadGradient);
  }
  hidden.backward(hiddenGradient);
  foldGradients();
  return joinStats(chunks, batch.actions, loss.normalizer);
}

void Engine::prepareGradients() {
  if (!gradients_.empty()) return;
  std::vector<at::Tensor> fresh;  // all or nothing: memory may run out half-way
  for (const at::Tensor& parameter : policy_.parameters) {
    fresh.push_back(at::zeros(parameter.sizes(), parameter.options().dtype(at::kFloat).requires_grad(false)));
  }
  gradients_ = std::move(fresh);
  // float32 weights accumulate in place, through the backend's backwards or autograd; others through foldGradients
  for (size_t i = 0; dtype_ == at::kFloat && i < gradients_.size(); ++i) {
    context_.gradients.collect(policy_.parameters[i], gradients_[i]);
    policy_.parameters[i].mutable_grad() = gradients_[i];
  }
  recordMemory();
}

void Engine::foldGradients() {
  if (dtype_ == at::kFloat) return;
  at::NoGradGuard noGrad;
  for (size_t i = 0; i < gradients_.size(); ++i) {
    at::Tensor& own = policy_.parameters[i].mutable_grad();
    if (own.defined()) gradients_[i].add_(own);
    own = at::Tensor();
  }
}

void Engine::zeroGradients() {
  at::NoGradGuard noGrad;
  for (at::Tensor& gradient : gradients_) gradient.zero_();
  if (dtype_ == at::kFloat) return;
  for (at::Tensor& parameter : policy_.parameters) parameter.mutable_grad() = at::Tensor();
}

at::Tensor Engine::gradientNorms() {
  at::NoGradGuard noGrad;
  prepareGradients();
  std::vector<at::Tensor> norms;
  for (const NamedTensor& named : policy_.names) norms.push_back(namedView(gradients_, named).norm());
  return at::stack(norms).to(at::kCPU, at::kDouble);
}

// A fused parameter holds several tensors: the non-finite one, or the first if only the sum of squares overflowed.
std::string Engine::firstNonFinite(size_t parameter) const {
  std::string fallback;
  for (const NamedTensor& named : policy_.names) {
    if (named.parameter != parameter) continue;
    if (!at::isfinite(namedView(gradients_, named)).all().item<bool>()) return named.name;
    if (fallback.empty()) fallback = named.name;
  }
  return fallback;
}

StepStats Engine::step(const AdamWParams& params) {
  at::NoGradGuard noGrad;
  prepareGradients();
  prepareOptimizer();
  const ClipResult clip = clipGradients(gradients_, params.maxGradNorm);
  StepStats stats{clip.norm, ""};
  if (clip.nonFinite) {
    stats.nonFinite = firstNonFinite(*clip.nonFinite);
  } else {
    adamwUpdate(*optimizer_, gradients_, policy_.parameters, params);
  }
  zeroGradients();
  return stats;
}

void Engine::prepareOptimizer() {
  if (optimizer_) return;
  at::NoGradGuard noGrad;
  optimizer_ = createAdamW(policy_.parameters);
  recordMemory();
}

void Engine::syncReference() {
  if (!reference_) throw Error(ErrorCode::Argument, "the engine was opened without reference weights");
  at::NoGradGuard noGrad;
  for (size_t i = 0; i < policy_.parameters.size(); ++i) reference_->parameters[i].copy_(policy_.parameters[i]);
}

at::Tensor Engine::resolve(const std::string& name) {
  const auto find = [&](const std::string& bare) -> const NamedTensor& {
    const auto entry = policy_.index.find(bare);
    if (entry == policy_.index.end()) throw Error(ErrorCode::Argument, "the model has no tensor " + bare);
    return policy_.names[entry->second];
  };
  const size_t slash = name.find('/');
  if (slash == std::string::npos) return namedView(policy_.parameters, find(name));
  const std::string kind = name.substr(0, slash);
  const NamedTensor& named = find(name.substr(slash + 1));
  if (kind == "reference") {
    if (!reference_) throw Error(ErrorCode::Argument, "the engine was opened without reference weights");
    return namedView(reference_->parameters, named);
  }
  const bool known = kind == "exp_avg" || kind == "exp_avg_sq" || (kind == "master" && dtype_ != at::kFloat);
  if (!known) throw Error(ErrorCode::Argument, "there is no tensor " + name + " in this engine");
  prepareOptimizer();
  if (kind == "exp_avg") return namedView(optimizer_->firstMoment, named);
  if (kind == "exp_avg_sq") return namedView(optimizer_->secondMoment, named);
  return namedView(optimizer_->masters, named);
}

void Engine::exportTensors(const std::vector<TensorFile>& files) {
  at::NoGradGuard noGrad;
  std::vector<std::vector<at::Tensor>> tensors(
      files.size());  // resolve all names first: a wrong one must not write any file
  for (size_t i = 0; i < files.size(); ++i) {
    for (const std::string& name : files[i].tensors) tensors[i].push_back(resolve(name));
  }
  for (size_t i = 0; i < files.size(); ++i) writeTensors(files[i].path, files[i].header, tensors[i]);
}

void Engine::importTensors(const std::vector<TensorSource>& sources) {
  at::NoGradGuard noGrad;
  std::vector<at::Tensor> destinations;  // resolve all names first: a wrong one must not change any tensor
  for (const TensorSource& source : sources) {
    destinations.push_back(resolve(source.name));
    checkShape(source, destinations.back());
  }
  std::set<std::string> imported;
  try {
    for (size_t i = 0; i < sources.size(); ++i) {
      imported.insert(sources[i].name);
      readTensor(sources[i], destinations[i], backend_->hostMemory());
    }
  } catch (...) {
    alignMasters(imported);
    throw;
  }
  alignMasters(imported);
}

// A weight and its master hold the same value: if only one was imported, the other is copied from it.
void Engine::alignMasters(const std::set<std::string>& imported) {
  if (!optimizer_ || dtype_ == at::kFloat) return;
  for (const NamedTensor& named : policy_.names) {
    const bool hasWeight = imported.contains(named.name), hasMaster = imported.contains("master/" + named.name);
    if (hasWeight == hasMaster) continue;
    at::Tensor weight = namedView(policy_.parameters, named), master = namedView(optimizer_->masters, named);
    hasWeight ? master.copy_(weight) : weight.copy_(master);
  }
}

int64_t Engine::parameterCount() const {
  int64_t count = 0;
  for (const at::Tensor& parameter : policy_.parameters) count += parameter.numel();
  return count;
}

std::vector<std::string> Engine::tensorNames() const {
  std::vector<std::string> names;
  for (const NamedTensor& named : policy_.names) names.push_back(named.name);
  return names;
}

void Engine::recordMemory() {
  const auto bytes = [](const std::vector<at::Tensor>& tensors) {
    int64_t total = 0;
    for (const at::Tensor& tensor : tensors) total += static_cast<int64_t>(tensor.nbytes());
    return total;
  };
  memory_.weights = policy_.bytes();
  memory_.reference = reference_ ? reference_->bytes() : 0;
  memory_.gradients = bytes(gradients_);
  if (optimizer_) {
    memory_.optimizer = bytes(optimizer_->firstMoment) + bytes(optimizer_->secondMoment) +
                        (dtype_ == at::kFloat ? 0 : bytes(optimizer_->masters));
  }
}

}  // namespace serl
