#pragma once
#include <ATen/core/Tensor.h>

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/adamw.h"
#include "core/backend.h"
#include "core/generator.h"
#include "core/tensor_io.h"
#include "core/token_loss.h"
#include "core/vocabulary.h"
#include "core/weights.h"

namespace serl {

struct EngineOptions {
  ModelConfig model;
  std::vector<TensorSource> weights;
  std::string device = "cpu";
  at::ScalarType dtype = at::kFloat;
  bool reference = false;
  bool activationCheckpointing = false;  // keep only the layers' inputs; recompute each layer in the backward pass
  bool portableKernels = false;          // tensor operations, as on any device, instead of the CPU kernels
  bool checkWeights = false;             // refuse non-finite weights while they are read
  int64_t kvCacheBytes = 0;
  int threads = 0;  // 0 = defaultThreads()
};

// Borrowed from the caller for one call.
struct LossView {
  bool policy = false;                       // else negative log-likelihood
  std::span<const float> advantages;         // [A] policy only
  std::span<const float> oldLogprobs;        // [A] policy only
  std::span<const float> referenceLogprobs;  // [A] or empty: no KL
  std::span<const float> weights;            // [A] or empty: 1
  PolicyLossParams params;
  double temperature = 1.0;
  double normalizer = 1.0;
};

// Sums over action tokens; loss already divided by the normalizer.
struct LossStats {
  int64_t tokens = 0;
  double loss = 0, klSum = 0, clippedTokens = 0, entropySum = 0, ratioMax = 0;
};

struct StepStats {
  double gradNorm = 0;
  std::string nonFinite;  // empty: the step was taken
};

struct MemoryUse {
  std::atomic<int64_t> weights{0}, reference{0}, gradients{0}, optimizer{0}, kvCache{0};

  void clear() { weights = reference = gradients = optimizer = kvCache = 0; }
};

// State that an engine publishes while it works; read from any thread.
struct Gauges {
  MemoryUse memory;
  Profile profile;
};

// One model on one device. Every method runs on the thread that constructed it; nothing here depends on JavaScript.
class Engine {
 public:
  // Loads the weights; progress counts tensors.
  Engine(const EngineOptions& options, Gauges& gauges, const Progress& progress);

  Completions generate(const TokenView& prompts, const GenerateParams& params, const std::atomic<bool>& cancelled,
                       const Progress& progress, const Finished& finished = {}, const Drawn& drawn = {});
  // [A] float32, CPU.
  TokenScores scores(const SequenceView& batch, bool reference, double temperature, bool entropies);
  LossStats accumulate(const SequenceView& batch, const LossView& loss);
  at::Tensor gradientNorms();  // [names] float64, CPU; for tests
  StepStats step(const AdamWParams& params);
  void syncReference();
  void exportTensors(const std::vector<TensorFile>& files);
  void importTensors(const std::vector<TensorSource>& sources);

  int64_t parameterCount() const;
  std::vector<std::string> tensorNames() const;
  int threads() const { return threads_; }
  bool sharesPrompts() const { return backend_->sharesPrompts(); }

 private:
  void load(const std::vector<TensorSource>& sources, bool checkWeights, const Progress& progress);
  at::Tensor actionStates(const Weights& weights, const SequenceBatch& batch);  // [A, hidden]
  LossStats addGradients(const SequenceView& batch, const LossView& loss);
  void prepareGradients();
  void zeroGradients();
  void foldGradients();
  void prepareOptimizer();
  std::string firstNonFinite(size_t parameter) const;
  // "NAME", "reference/NAME", "exp_avg/NAME", "exp_avg_sq/NAME", "master/NAME" -> view
  at::Tensor resolve(const std::string& name);
  void alignMasters(const std::set<std::string>& imported);
  void recordMemory();

  ModelConfig config_;
  at::Device device_;
  at::ScalarType dtype_;
  int64_t kvCacheBytes_;
  bool activationCheckpointing_;
  int threads_;
  MemoryUse& memory_;
  Context context_;
  std::unique_ptr<Backend> backend_;
  Weights policy_;
  std::optional<Weights> reference_;
  std::vector<at::Tensor> gradients_;  // float32, parallel to policy_.parameters; empty before the first accumulate
  std::optional<AdamWState> optimizer_;
};

}  // namespace serl
