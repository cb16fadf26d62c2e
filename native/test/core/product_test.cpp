#include "core/cpu/product.h"

#include "test/core/support.h"

using namespace serl;
using namespace serl::test;

namespace {

struct Shape {
  int64_t m, n, k;
};
// tiles of 6 or 12 rows and of 16 or 32 columns, panels of 256 columns, parts of 576: below, at and above each
const Shape kShapes[] = {{1, 1, 1},     {6, 16, 8},      {7, 17, 9},    {12, 32, 576}, {13, 33, 577},  {5, 256, 64},
                         {31, 257, 40}, {64, 300, 1153}, {100, 4, 100}, {3, 700, 31},  {13, 33, 1024}, {7, 40, 2048}};

cpu::Operand rowMajor(const at::Tensor& x) { return {x.const_data_ptr<float>(), x.size(1), 1}; }
cpu::Operand transposed(const at::Tensor& x) { return {x.const_data_ptr<float>(), 1, x.size(1)}; }

at::Tensor product(const Shape& s, cpu::Operand a, cpu::Operand b) {
  at::Tensor c = at::full({s.m, s.n}, 7.0);
  cpu::product({s.m, s.n, s.k}, a, b, c.mutable_data_ptr<float>(), /*accumulate=*/false);
  return c;
}

}  // namespace

TEST_CASE("products match libtorch for every operand layout") {
  for (const Shape& s : kShapes) {
    CAPTURE(s.m);
    CAPTURE(s.n);
    CAPTURE(s.k);
    const at::Tensor a = randn({s.m, s.k}, 1), b = randn({s.k, s.n}, 2);
    const at::Tensor expected = at::mm(a.to(at::kDouble), b.to(at::kDouble));
    const at::Tensor aT = a.t().contiguous(), bT = b.t().contiguous();
    const double tolerance = 1e-5 * std::sqrt(static_cast<double>(s.k)) * 4;
    CHECK(maxGap(product(s, rowMajor(a), rowMajor(b)), expected) < tolerance);
    CHECK(maxGap(product(s, transposed(aT), rowMajor(b)), expected) < tolerance);
    CHECK(maxGap(product(s, rowMajor(a), transposed(bT)), expected) < tolerance);
    CHECK(maxGap(product(s, transposed(aT), transposed(bT)), expected) < tolerance);
  }
}

TEST_CASE("a product is added to the output if accumulate is set") {
  const at::Tensor a = randn({9, 600}, 3), b = randn({600, 40}, 4), before = randn({9, 40}, 5);
  at::Tensor c = before.clone();
  cpu::product({9, 40, 600}, rowMajor(a), rowMajor(b), c.mutable_data_ptr<float>(), /*accumulate=*/true);
  CHECK(maxGap(c, before + at::mm(a, b)) < 1e-3);
}

TEST_CASE("an element does not depend on the other rows and columns") {
  const at::Tensor a = randn({50, 1153}, 6), b = randn({1153, 300}, 7);
  const at::Tensor whole = product({50, 300, 1153}, rowMajor(a), rowMajor(b));
  for (int64_t row : {0, 5, 11, 37, 49}) {
    const at::Tensor alone = product({1, 300, 1153}, rowMajor(a.narrow(0, row, 1)), rowMajor(b));
    CHECK(identical(alone, whole.narrow(0, row, 1)));
  }
  for (int64_t columns : {1, 7, 16, 255}) {
    const at::Tensor some = b.narrow(1, 0, columns).contiguous();
    CHECK(identical(product({50, columns, 1153}, rowMajor(a), rowMajor(some)), whole.narrow(1, 0, columns)));
  }
}
