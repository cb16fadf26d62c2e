#include "core/engine.h"

#include "core/error.h"
#include "test/core/support.h"

using namespace serl;
using namespace serl::test;

namespace {

// A checkpoint of random weights in a file, and engines on it.
struct Model {
  explicit Model(ModelConfig model = tinyModel()) : config(std::move(model)) {
    const Weights shapes = allocateWeights(config, at::TensorOptions());
    std::vector<at::Tensor> tensors;
    int64_t offset = 0;
    for (const NamedTensor& named : shapes.names) {
      const at::Tensor shape = namedView(shapes.parameters, named);
      const bool norm = named.name.find("norm") != std::string::npos;
      tensors.push_back(norm ? at::ones(shape.sizes()) : randn(shape.sizes(), 100 + tensors.size()) * 0.3);
      sources.push_back({named.name, folder.file("weights"), offset, at::kFloat, shape.sizes().vec()});
      offset += static_cast<int64_t>(shape.nbytes());
    }
    writeTensors(folder.file("weights"), {}, tensors);
  }

  Engine open(EngineOptions options = {}) {
    options.model = config;
    options.weights = sources;
    options.kvCacheBytes = 1 << 22;
    options.reference = true;
    return Engine(options, gauges, {});
  }

  ModelConfig config;
  TempFolder folder;
  std::vector<TensorSource> sources;
  Gauges gauges;
};

// Two sequences that share a prompt, and one with its own.
struct Batch {
  std::vector<int32_t> tokens, offsets{0}, promptLengths;

  Batch() {
    add({1, 2, 3, 4, 5, 6, 7}, 3);
    add({1, 2, 3, 9, 8}, 3);
    add({60, 61, 62, 63, 64, 65, 66, 0, 1}, 1);
  }
  void add(const std::vector<int32_t>& sequence, int32_t promptLength) {
    tokens.insert(tokens.end(), sequence.begin(), sequence.end());
    offsets.push_back(static_cast<int32_t>(tokens.size()));
    promptLengths.push_back(promptLength);
  }
  SequenceView view() const { return {{tokens, offsets}, promptLengths}; }
};

Completions generate(Engine& engine, double temperature, int64_t newTokens) {
  const std::vector<int32_t> tokens{1, 2, 3, 4, 5, 9}, offsets{0, 5, 6};
  const GenerateParams params{.samplesPerPrompt = 3,
                              .maxNewTokens = newTokens,
                              .sampling = {.temperature = temperature},
                              .seeds = {1, 2, 3, 4, 5, 6}};
  const std::atomic<bool> cancelled{false};
  return engine.generate({tokens, offsets}, params, cancelled, {});
}

}  // namespace

TEST_CASE("CPU kernels and tensor operations compute the same model") {
  ModelConfig windowed = tinyModel();
  windowed.slidingWindows = {4, 0};
  ModelConfig normed = tinyModel();
  normed.qkNorm = true;
  ModelConfig biased = tinyModel();
  biased.qkvBias = biased.attentionOutputBias = biased.mlpBias = biased.tieWordEmbeddings = true;
  for (const ModelConfig& config : {tinyModel(), windowed, normed, biased}) {
    Model model(config);
    Engine kernels = model.open(), operations = model.open({.portableKernels = true}),
           checkpointed = model.open({.activationCheckpointing = true});
    const Batch batch;
    const at::Tensor logprobs = kernels.scores(batch.view(), false, 1.0, false).logprobs;
    CHECK(maxGap(operations.scores(batch.view(), false, 1.0, false).logprobs, logprobs) < 1e-4);
    const std::vector<float> ones(static_cast<size_t>(logprobs.numel()), 1.0f);
    const std::vector<float> old(logprobs.const_data_ptr<float>(), logprobs.const_data_ptr<float>() + logprobs.numel());
    LossView loss{.policy = true, .advantages = ones, .oldLogprobs = old, .referenceLogprobs = old};
    loss.params.klCoef = 0.1;
    loss.normalizer = static_cast<double>(logprobs.numel());
    for (Engine* engine : {&kernels, &operations, &checkpointed}) engine->accumulate(batch.view(), loss);
    const at::Tensor norms = kernels.gradientNorms();
    CHECK(norms.sum().item<double>() > 0.1);
    CHECK(maxGap(operations.gradientNorms(), norms) < 1e-4);
    CHECK(maxGap(checkpointed.gradientNorms(), norms) < 1e-6);
    for (Engine* engine : {&kernels, &operations})
      CHECK(engine->step({.lr = 1e-2, .maxGradNorm = 1}).nonFinite.empty());
    const at::Tensor after = kernels.scores(batch.view(), false, 1.0, false).logprobs;
    CHECK(maxGap(after, logprobs) > 1e-3);
    CHECK(maxGap(operations.scores(batch.view(), false, 1.0, false).logprobs, after) < 1e-3);
    CHECK(identical(kernels.scores(batch.view(), true, 1.0, false).logprobs, logprobs));  // the reference is unchanged
  }
}

TEST_CASE("sampling and scoring give the same log-probabilities, bit for bit, over more than one block") {
  Model model;
  Engine engine = model.open();
  const Completions out = generate(engine, 1.0, 70);
  Batch batch;
  batch.tokens.clear(), batch.offsets = {0}, batch.promptLengths.clear();
  for (size_t row = 0; row < 6; ++row) {
    std::vector<int32_t> sequence = row < 3 ? std::vector<int32_t>{1, 2, 3, 4, 5} : std::vector<int32_t>{9};
    const auto prompt = static_cast<int32_t>(sequence.size());
    sequence.insert(sequence.end(), out.tokens.begin() + out.offsets[row], out.tokens.begin() + out.offsets[row + 1]);
    batch.add(sequence, prompt);
  }
  const at::Tensor scored = engine.scores(batch.view(), false, 1.0, false).logprobs;
  REQUIRE(scored.numel() == static_cast<int64_t>(out.logprobs.size()));
  CHECK(std::equal(out.logprobs.begin(), out.logprobs.end(), scored.const_data_ptr<float>()));
}

TEST_CASE("a prompt prefilled in pieces gives the log-probabilities of the whole sequence") {
  for (bool portable : {false, true}) {
    for (int64_t window : {0, 300}) {
      CAPTURE(portable);
      ModelConfig config = tinyModel();
      config.slidingWindows = {window, 0};
      Model model(config);
      Engine engine = model.open({.portableKernels = portable});
      std::vector<int32_t> tokens;  // more than two pieces of either backend
      for (int32_t t = 0; t < 4500; ++t) tokens.push_back(t * 31 % 67);
      const std::vector<int32_t> offsets{0, 4500};
      const std::atomic<bool> cancelled{false};
      const Completions out = engine.generate({tokens, offsets}, {.maxNewTokens = 3, .seeds = {5}}, cancelled, {});
      tokens.insert(tokens.end(), out.tokens.begin(), out.tokens.end());
      Batch batch;
      batch.tokens.clear(), batch.offsets = {0}, batch.promptLengths.clear();
      batch.add(tokens, 4500);
      const at::Tensor scored = engine.scores(batch.view(), false, 1.0, false).logprobs;
      REQUIRE(out.logprobs.size() == 3);
      for (int64_t i = 0; i < 3; ++i)
        CHECK(out.logprobs[static_cast<size_t>(i)] == doctest::Approx(scored[i].item<float>()).epsilon(1e-3));
    }
  }
}

TEST_CASE("prompts are handed over once, with the decode step of their last sample, and with their own rows") {
  Model model;
  Engine engine = model.open();
  std::vector<int32_t> tokens, offsets{0};
  GenerateParams params{.samplesPerPrompt = 2, .maxNewTokens = 40};
  for (int32_t t = 0; t < 24; ++t) params.stopTokens.push_back(t);  // of 67: rows end at different steps
  for (int32_t p = 0; p < 12; ++p) {
    tokens.insert(tokens.end(), {p, 60 - p});
    offsets.push_back(static_cast<int32_t>(tokens.size()));
    for (uint32_t s = 0; s < 2; ++s) params.seeds.push_back(static_cast<uint32_t>(p) * 2 + s);
  }
  const std::atomic<bool> cancelled{false};
  std::vector<FinishedPrompts> handed;
  const Completions out = engine.generate({tokens, offsets}, params, cancelled, {},
                                          [&](FinishedPrompts prompts) { handed.push_back(std::move(prompts)); });
  const auto row = [](const Completions& of, size_t i) {
    return std::vector<int32_t>(of.tokens.begin() + of.offsets[i], of.tokens.begin() + of.offsets[i + 1]);
  };
  std::vector<int32_t> seen;
  size_t step = 0;
  REQUIRE(handed.size() > 2);
  for (const FinishedPrompts& batch : handed) {
    CHECK(std::is_sorted(batch.prompts.begin(), batch.prompts.end()));
    REQUIRE(batch.completions.finishReasons.size() == 2 * batch.prompts.size());
    CHECK(batch.completions.logprobs.size() == batch.completions.tokens.size());
    const size_t before = step;
    for (size_t i = 0; i < batch.prompts.size(); ++i) {
      const auto first = static_cast<size_t>(batch.prompts[i]) * 2;
      for (size_t s = 0; s < 2; ++s) {
        CHECK(row(batch.completions, 2 * i + s) == row(out, first + s));
        CHECK(batch.completions.finishReasons[2 * i + s] == out.finishReasons[first + s]);
      }
      const size_t longest = std::max(row(out, first).size(), row(out, first + 1).size());
      CHECK(longest > before);
      CHECK((i == 0 || longest == step));
      step = longest;
      seen.push_back(batch.prompts[i]);
    }
  }
  std::sort(seen.begin(), seen.end());
  for (int32_t p = 0; p < 12; ++p) CHECK(seen[static_cast<size_t>(p)] == p);
  CHECK(seen.size() == 12);
}

TEST_CASE("bfloat16 trains and generates") {
  Model model;
  Engine engine = model.open({.dtype = at::kBFloat16});
  const Batch batch;
  const at::Tensor before = engine.scores(batch.view(), false, 1.0, false).logprobs;
  engine.accumulate(batch.view(), {.normalizer = 10});
  CHECK(engine.step({.lr = 1e-2, .maxGradNorm = 1}).nonFinite.empty());
  CHECK(engine.scores(batch.view(), false, 1.0, false).logprobs.sum().item<double>() > before.sum().item<double>());
  CHECK(generate(engine, 0.0, 5).tokens.size() == 30);
}

TEST_CASE("non-finite weights and logits are reported") {
  const auto codeOf = [](const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::Internal;
  };
  Model model;
  const TempFolder folder;
  writeTensors(folder.file("norm"), {}, {at::full({24}, NAN)});
  for (TensorSource& source : model.sources) {
    if (source.name == "model.norm.weight") source = {source.name, folder.file("norm"), 0, at::kFloat, {24}};
  }
  CHECK(codeOf([&] { model.open({.checkWeights = true}); }) == ErrorCode::NotFinite);
  Engine engine = model.open();
  const Batch batch;
  CHECK(codeOf([&] { engine.scores(batch.view(), false, 1.0, false).logprobs; }) == ErrorCode::NotFinite);
  CHECK(codeOf([&] { generate(engine, 1.0, 3); }) == ErrorCode::NotFinite);
}
