#pragma once
#include <cstdint>
#include <cstring>

// Vectors of floats; kLanes is how many the instruction set that the file is compiled for takes at once.
namespace serl::cpu {

inline constexpr int64_t kLine = 16;  // floats of a cache line

#if defined(__AVX512F__)
inline constexpr int kLanes = 16;
#else
inline constexpr int kLanes = 8;
#endif

template <int Lanes>
struct VectorOf {
  typedef float Type __attribute__((vector_size(Lanes * sizeof(float))));
};
template <int Lanes>
using Vector = typename VectorOf<Lanes>::Type;

template <int Lanes = kLanes>
inline Vector<Lanes> load(const float* p) {
  Vector<Lanes> v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <int Lanes = kLanes>
inline void store(float* p, Vector<Lanes> v) {
  std::memcpy(p, &v, sizeof v);
}
template <int Lanes = kLanes>
inline Vector<Lanes> broadcast(float x) {
  return x - Vector<Lanes>{};
}

}  // namespace serl::cpu
