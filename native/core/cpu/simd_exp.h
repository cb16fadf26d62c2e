#pragma once
#include <cstdint>
#include <cstring>

#include "core/cpu/simd.h"

// What the vectorizer does not produce from branches without mask instructions. For files that are compiled for
// the machine's own instruction set.
namespace serl::cpu {

template <int Lanes>
struct IntegersOf {
  typedef int32_t Type __attribute__((vector_size(Lanes * sizeof(int32_t))));
};
template <int Lanes>
using Integers = typename IntegersOf<Lanes>::Type;

template <int Lanes>
inline Vector<Lanes> larger(Vector<Lanes> a, Vector<Lanes> b) {
  return a > b ? a : b;
}

// fastExp of simd_math.h for each lane, with the same bounds.
template <int Lanes = kLanes>
inline Vector<Lanes> exponential(Vector<Lanes> x) {
  using V = Vector<Lanes>;
  x = x < -87.0f ? broadcast<Lanes>(-87.0f) : x;  // this way round a NaN stays one
  x = x > 88.0f ? broadcast<Lanes>(88.0f) : x;
  const V shifted = x * 1.44269504088896341f + 12582912.0f;
  const V n = shifted - 12582912.0f;
  V r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  V p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  // 2^n goes into the exponent: a product might be fused with the caller's sum in one place and not in another
  Integers<Lanes> exponent, bits;
  std::memcpy(&exponent, &shifted, sizeof exponent);
  std::memcpy(&bits, &p, sizeof bits);
  bits += (exponent - 0x4B400000) << 23;
  V result;
  std::memcpy(&result, &bits, sizeof result);
  return x == x ? result : x;
}

// The lanes' largest and their sum, halves against halves.
template <int Lanes = kLanes>
inline float highestOf(Vector<Lanes> v) {
  if constexpr (Lanes == 2) {
    return v[0] > v[1] ? v[0] : v[1];
  } else {
    Vector<Lanes / 2> halves[2];
    std::memcpy(halves, &v, sizeof v);
    return highestOf<Lanes / 2>(larger<Lanes / 2>(halves[0], halves[1]));
  }
}
template <int Lanes = kLanes>
inline float sumOf(Vector<Lanes> v) {
  if constexpr (Lanes == 2) {
    return v[0] + v[1];
  } else {
    Vector<Lanes / 2> halves[2];
    std::memcpy(halves, &v, sizeof v);
    return sumOf<Lanes / 2>(halves[0] + halves[1]);
  }
}

// Up to kLanes neighbouring elements of some arrays, from index `at` on; what a short one lacks reads as 0.
struct Run {
  int64_t at, count;

  Vector<kLanes> load(const float* p) const {
    if (count == kLanes) return cpu::load(p + at);
    Vector<kLanes> v = {};
    for (int i = 0; i < kLanes; ++i)
      if (i < count) v[i] = p[at + i];
    return v;
  }
  void store(float* p, Vector<kLanes> v) const {
    if (count == kLanes) return cpu::store(p + at, v);
    for (int i = 0; i < kLanes; ++i)
      if (i < count) p[at + i] = v[i];
  }
};

// Calls body(run) for the runs of [begin, end); only the last may be short.
template <typename Body>
inline void overRuns(int64_t begin, int64_t end, const Body& body) {
  int64_t at = begin;
  for (; at + kLanes <= end; at += kLanes) body(Run{at, kLanes});
  if (at < end) body(Run{at, end - at});
}

}  // namespace serl::cpu
