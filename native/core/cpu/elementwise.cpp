#include "core/cpu/elementwise.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "core/cpu/simd_exp.h"

namespace serl::cpu {
namespace {

constexpr int64_t kTokenBlock = 64;  // tokens a task walks through all features

// Calls body(begin, count) for blocks of at most kTokenBlock tokens.
template <typename Body>
void overTokenBlocks(int64_t tokens, const Body& body) {
  const int64_t blocks = (tokens + kTokenBlock - 1) / kTokenBlock;
  at::parallel_for(0, blocks, 1, [&](int64_t first, int64_t last) {
    for (int64_t b = first; b < last; ++b) body(b * kTokenBlock, std::min(kTokenBlock, tokens - b * kTokenBlock));
  });
}

using Vec = Vector<kLanes>;

inline Vec sigmoid(Vec x) { return 1.0f / (1.0f + exponential(-x)); }

// q, k or v of a block of tokens, between feature-major and token-major.
struct HeadRange {
  int64_t firstFeature, heads;
  bool rotated;
};

}  // namespace

int64_t rmsNormBlocks(int64_t tokens) { return (tokens + kTokenBlock - 1) / kTokenBlock; }

void rmsNormForward(RmsNormShape shape, const float* x, const float* weight, float eps, float* y, float* inverse) {
  const auto [features, tokens] = shape;
  overTokenBlocks(tokens, [&, features = features, tokens = tokens](int64_t begin, int64_t count) {
    float scale[kTokenBlock] = {};
    for (int64_t f = 0; f < features; ++f) {
      const float* row = x + f * tokens + begin;
#pragma omp simd
      for (int64_t t = 0; t < count; ++t) scale[t] += row[t] * row[t];
    }
    for (int64_t t = 0; t < count; ++t) {
      scale[t] = 1.0f / std::sqrt(scale[t] / static_cast<float>(features) + eps);
      inverse[begin + t] = scale[t];
    }
    for (int64_t f = 0; f < features; ++f) {
      const float* row = x + f * tokens + begin;
      float* out = y + f * tokens + begin;
      const float w = weight[f];
#pragma omp simd
      for (int64_t t = 0; t < count; ++t) out[t] = row[t] * scale[t] * w;
    }
  });
}

void rmsNormBackward(RmsNormShape shape, const float* dy, const float* x, const float* weight, const float* inverse,
                     float* dx, float* weightPartials) {
  const auto [features, tokens] = shape;
  overTokenBlocks(tokens, [&, features = features, tokens = tokens](int64_t begin, int64_t count) {
    const float* scale = inverse + begin;
    float* partial = weightPartials + begin / kTokenBlock * features;
    float dot[kTokenBlock] = {};
    for (int64_t f = 0; f < features; ++f) {
      const float *g = dy + f * tokens + begin, *row = x + f * tokens + begin;
      const float w = weight[f];
      float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
      for (int64_t t = 0; t < count; ++t) {
        const float product = g[t] * row[t];
        dot[t] += product * w;
        sum += product * scale[t];
      }
      partial[f] = sum;
    }
    // d/dx of x * r(x): normalising removes the component along x
    for (int64_t t = 0; t < count; ++t) dot[t] *= scale[t] * scale[t] * scale[t] / static_cast<float>(features);
    for (int64_t f = 0; f < features; ++f) {
      const float *g = dy + f * tokens + begin, *row = x + f * tokens + begin;
      float* out = dx + f * tokens + begin;
      const float w = weight[f];
#pragma omp simd
      for (int64_t t = 0; t < count; ++t) out[t] = g[t] * w * scale[t] - row[t] * dot[t];
    }
  });
}

void swigluForward(int64_t intermediate, int64_t tokens, const float* gateUp, float* y) {
  const int64_t count = intermediate * tokens;
  at::parallel_for(0, count, 4096, [&](int64_t begin, int64_t end) {
    overRuns(begin, end, [&](Run run) {
      const Vec gate = run.load(gateUp);
      run.store(y, gate * sigmoid(gate) * run.load(gateUp + count));
    });
  });
}

void swigluBackward(int64_t intermediate, int64_t tokens, const float* dy, const float* gateUp, float* dGateUp) {
  const int64_t count = intermediate * tokens;
  at::parallel_for(0, count, 4096, [&](int64_t begin, int64_t end) {
    overRuns(begin, end, [&](Run run) {
      const Vec gate = run.load(gateUp), slope = run.load(dy), s = sigmoid(gate), silu = gate * s;
      run.store(dGateUp + count, slope * silu);
      run.store(dGateUp, slope * run.load(gateUp + count) * (s + silu * (1.0f - s)));
    });
  });
}

void rotaryForward(RotaryShape shape, const float* qkv, const float* cos, const float* sin, float* q, float* k,
                   float* v) {
  const auto [tokens, heads, kvHeads, dim] = shape;
  const int64_t half = dim / 2;
  const auto part = [&, tokens = tokens, dim = dim](HeadRange p, float* out, int64_t begin, int64_t count) {
    for (int64_t h = 0; h < p.heads; ++h) {
      const float* in = qkv + (p.firstFeature + h * dim) * tokens;
      for (int64_t i = 0; i < half; ++i) {
        const float *first = in + i * tokens, *second = in + (i + half) * tokens;
        for (int64_t t = begin; t < begin + count; ++t) {
          const float c = p.rotated ? cos[t * half + i] : 1.0f, s = p.rotated ? sin[t * half + i] : 0.0f;
          float* row = out + (t * p.heads + h) * dim;
          row[i] = first[t] * c - second[t] * s;
          row[i + half] = second[t] * c + first[t] * s;
        }
      }
    }
  };
  overTokenBlocks(tokens, [&, heads = heads, kvHeads = kvHeads, dim = dim](int64_t begin, int64_t count) {
    part({0, heads, true}, q, begin, count);
    part({heads * dim, kvHeads, true}, k, begin, count);
    part({(heads + kvHeads) * dim, kvHeads, false}, v, begin, count);
  });
}

void rotaryBackward(RotaryShape shape, const float* dq, const float* dk, const float* dv, const float* cos,
                    const float* sin, float* dqkv) {
  const auto [tokens, heads, kvHeads, dim] = shape;
  const int64_t half = dim / 2;
  const auto part = [&, tokens = tokens, dim = dim](HeadRange p, const float* grad, int64_t begin, int64_t count) {
    for (int64_t h = 0; h < p.heads; ++h) {
      float* out = dqkv + (p.firstFeature + h * dim) * tokens;
      for (int64_t i = 0; i < half; ++i) {
        float *first = out + i * tokens, *second = out + (i + half) * tokens;
        for (int64_t t = begin; t < begin + count; ++t) {
          const float c = p.rotated ? cos[t * half + i] : 1.0f, s = p.rotated ? sin[t * half + i] : 0.0f;
          const float* row = grad + (t * p.heads + h) * dim;
          first[t] = row[i] * c + row[i + half] * s;
          second[t] = row[i + half] * c - row[i] * s;
        }
      }
    }
  };
  overTokenBlocks(tokens, [&, heads = heads, kvHeads = kvHeads, dim = dim](int64_t begin, int64_t count) {
    part({0, heads, true}, dq, begin, count);
    part({heads * dim, kvHeads, true}, dk, begin, count);
    part({(heads + kvHeads) * dim, kvHeads, false}, dv, begin, count);
  });
}

}  // namespace serl::cpu
