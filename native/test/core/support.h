#pragma once
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/backend.h"

namespace serl::test {

// Normal numbers, the same in every run.
inline at::Tensor randn(at::IntArrayRef shape, uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return at::randn(shape, generator);
}

// [T, features] whose memory is feature-major, as in the CPU layers.
inline at::Tensor featureMajor(const at::Tensor& x) { return x.t().contiguous().t(); }

inline double maxGap(const at::Tensor& a, const at::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return a.numel() == 0 ? 0 : (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

inline bool identical(const at::Tensor& a, const at::Tensor& b) { return a.sizes() == b.sizes() && a.equal(b); }

// A small Llama-like model; a test changes the fields it needs in its copy.
inline ModelConfig tinyModel() {
  ModelConfig config;
  config.vocabSize = 67;
  config.hiddenSize = 24;
  config.intermediateSize = 40;
  config.numHiddenLayers = 2;
  config.numAttentionHeads = 4;
  config.numKeyValueHeads = 2;
  config.headDim = 6;
  config.maxPositionEmbeddings = 256;
  config.slidingWindows = {0, 0};
  config.ropeFrequencies = {1.0f, 0.1f, 0.01f};
  return config;
}

// A context and the backends under test.
struct Backends {
  explicit Backends(const ModelConfig& model) : config(model) {}

  ModelConfig config;
  Profile profile;
  Context context{.pool = {}, .profile = profile, .gradients = {}};

  std::unique_ptr<Backend> cpu(at::ScalarType dtype = at::kFloat) { return choose(dtype, false); }
  std::unique_ptr<Backend> portable(at::ScalarType dtype = at::kFloat) { return choose(dtype, true); }

 private:
  std::unique_ptr<Backend> choose(at::ScalarType dtype, bool portable) {
    return chooseBackend({.device = at::kCPU, .dtype = dtype, .portable = portable}, config, context);
  }
};

// A temporary folder, removed at the end.
struct TempFolder {
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "serl-test-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TempFolder() { std::filesystem::remove_all(path); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string file(const std::string& name) const { return (path / name).string(); }

  std::filesystem::path path;
};

}  // namespace serl::test
