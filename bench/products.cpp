// Matrix products of one decode step by batch size, with our kernels and libtorch's; SmolLM2-135M's shapes:
//   npm run build:native && cmake --build build/cmake --target bench_products && build/cmake/bench_products [THREADS]
// Every layer has its own weights, so that they come from memory, as in a model. Both sides take turns; fastest and
// mean of nine runs. About a minute on two cores.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "core/cpu/product.h"

namespace {

constexpr int64_t kLayers = 30;
constexpr int kRuns = 9;
constexpr int64_t kHidden = 576, kVocabulary = 49152;

struct Shape {
  int64_t out, in;
};
constexpr std::array<Shape, 4> kShapes{
    {{960, 576}, {576, 576}, {3072, 576}, {576, 1536}}};  // qkv, output, gate-up, down

struct Model {
  std::vector<std::array<at::Tensor, 4>> layers;  // [out, in]
  at::Tensor vocabulary = at::randn({kVocabulary, kHidden});

  Model() {
    for (int64_t l = 0; l < kLayers; ++l) {
      layers.emplace_back();
      for (size_t i = 0; i < kShapes.size(); ++i) layers.back()[i] = at::randn({kShapes[i].out, kShapes[i].in});
    }
  }
};

double flops(int64_t rows) {
  int64_t elements = kVocabulary * kHidden;
  for (const Shape& s : kShapes) elements += kLayers * s.out * s.in;
  return 2.0 * static_cast<double>(elements * rows);
}

void ours(at::Tensor& out, const at::Tensor& weight, const at::Tensor& x) {
  serl::cpu::product({weight.size(0), x.size(1), x.size(0)}, {weight.const_data_ptr<float>(), weight.size(1), 1},
                     {x.const_data_ptr<float>(), x.size(1), 1}, out.mutable_data_ptr<float>(), /*accumulate=*/false);
}
void theirs(at::Tensor& out, const at::Tensor& weight, const at::Tensor& x) { at::mm_out(out, weight, x); }

double seconds(const std::function<void()>& run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Times {
  double best = 1e30, sum = 0;

  void add(double t) {
    best = std::min(best, t);
    sum += t;
  }
};

// One step: activations feature-major, x [in, rows].
template <typename Product>
double step(const Model& model, int64_t rows, const Product& product) {
  std::array<at::Tensor, 4> x, out;
  for (size_t i = 0; i < kShapes.size(); ++i) {
    x[i] = at::randn({kShapes[i].in, rows});
    out[i] = at::empty({kShapes[i].out, rows});
  }
  at::Tensor logits = at::empty({kVocabulary, rows});
  return seconds([&] {
    for (const auto& layer : model.layers)
      for (size_t i = 0; i < layer.size(); ++i) product(out[i], layer[i], x[i]);
    product(logits, model.vocabulary, x[0]);
  });
}

}  // namespace

int main(int argc, char** argv) {
  at::set_num_threads(argc > 1 ? std::atoi(argv[1]) : 2);
  const Model model;
  std::printf(
      "| rows | serl, tokens/s (mean) | GFLOP/s | libtorch, tokens/s (mean) | GFLOP/s |\n|---|---|---|---|---|\n");
  for (const int64_t rows : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}) {
    Times a, b;
    for (int run = 0; run < kRuns; ++run) {
      a.add(step(model, rows, ours));
      b.add(step(model, rows, theirs));
    }
    const auto rate = [&](double t) { return static_cast<double>(rows) / t; };
    std::printf("| %ld | %.1f (%.1f) | %.0f | %.1f (%.1f) | %.0f |\n", static_cast<long>(rows), rate(a.best),
                rate(a.sum / kRuns), flops(rows) / a.best / 1e9, rate(b.best), rate(b.sum / kRuns),
                flops(rows) / b.best / 1e9);
    std::fflush(stdout);
  }
}
