#pragma once
#include <cstdint>

// Loops of fused.cpp on plain memory. All float32; matrices are [features, T] row-major, i.e. feature-major
// activations.
namespace serl::cpu {

struct RmsNormShape {
  int64_t features, tokens;
};

// y = x * inverse[t] * weight[f], inverse[t] = 1 / sqrt(mean_f x^2 + eps).
void rmsNormForward(RmsNormShape shape, const float* x, const float* weight, float eps, float* y, float* inverse);

// dx [features, T]; weightPartials [blocks(T), features] to be summed over blocks, in a fixed order.
void rmsNormBackward(RmsNormShape shape, const float* dy, const float* x, const float* weight, const float* inverse,
                     float* dx, float* weightPartials);
int64_t rmsNormBlocks(int64_t tokens);

// gateUp [2 * intermediate, T]: y = silu(gate) * up [intermediate, T].
void swigluForward(int64_t intermediate, int64_t tokens, const float* gateUp, float* y);
void swigluBackward(int64_t intermediate, int64_t tokens, const float* dy, const float* gateUp, float* dGateUp);

struct RotaryShape {
  int64_t tokens, heads, kvHeads, headDim;
};

// qkv [(heads + 2 kvHeads) * headDim, T], cos and sin [T, headDim / 2] -> q [T, heads, headDim], k, v [T, kvHeads,
// headDim].
void rotaryForward(RotaryShape shape, const float* qkv, const float* cos, const float* sin, float* q, float* k,
                   float* v);
// The transposed rotation, back into [(heads + 2 kvHeads) * headDim, T].
void rotaryBackward(RotaryShape shape, const float* dq, const float* dk, const float* dv, const float* cos,
                    const float* sin, float* dqkv);

}  // namespace serl::cpu
