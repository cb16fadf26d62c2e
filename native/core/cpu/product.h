#pragma once
#include <cstdint>

// Matrix products of float32 for the shapes of a decoder: one operand is a weight matrix that is read once, the other
// some tokens' activations. Blocking after Goto and van de Geijn 2008, "Anatomy of high-performance matrix
// multiplication", but the left operand is packed only where its rows are badly placed in memory.
namespace serl::cpu {

// Whether this build has the vector instructions to beat libtorch's product.
bool productIsFast();

// An operand by strides: element (i, j) lies at data[i * rowStride + j * columnStride]; one of the strides is 1.
struct Operand {
  const float* data;
  int64_t rowStride, columnStride;
};

struct ProductShape {
  int64_t m, n, k;
};

// c [m, n] row-major = a [m, k] * b [k, n], added to what c holds if `accumulate`. An element's sum runs in the same
// order whatever m and n are, and however many threads work.
void product(ProductShape shape, Operand a, Operand b, float* c, bool accumulate);

}  // namespace serl::cpu
