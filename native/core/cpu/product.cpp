#include "core/cpu/product.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <utility>

#include "core/cpu/shared_tasks.h"
#include "core/cpu/simd.h"

namespace serl::cpu {
namespace {

// A tile of kRows x kColumns sums stays in registers.
constexpr int kRows = kLanes == 16 ? 12 : 6;
constexpr int kColumns = 2 * kLanes;

constexpr int64_t kDepth = 576;  // of b packed at a time: kDepth * kWidth floats lie in the second-level cache
constexpr int64_t kWidth = 256;

struct Tile {
  int64_t depth;
  const float* a;  // Packed: [depth, Rows]; else rows of stride lda
  int64_t lda;
  const float* b;  // [depth, Vecs * Lanes]
  float* c;        // [Rows, Vecs * Lanes], rows of stride ldc
  int64_t ldc;
  bool accumulate;
  const float* ahead;  // rows of stride lda that a later tile needs, prefetched meanwhile
  int64_t aheadRows;
};

template <int Rows, int Lanes, int Vecs, bool Packed>
void multiplyTile(const Tile& t) {
  using V = Vector<Lanes>;
  V sum[Rows][Vecs] = {};
  for (int64_t begin = 0; begin < t.depth; begin += kLine) {
    for (int64_t r = 0; r < t.aheadRows; ++r) __builtin_prefetch(t.ahead + r * t.lda + begin);
    const int64_t end = std::min(t.depth, begin + kLine);
    for (int64_t k = begin; k < end; ++k) {
      V right[Vecs];
#pragma GCC unroll 2
      for (int v = 0; v < Vecs; ++v) right[v] = load<Lanes>(t.b + (k * Vecs + v) * Lanes);
#pragma GCC unroll 12
      for (int i = 0; i < Rows; ++i) {
        const V left = broadcast<Lanes>(Packed ? t.a[k * Rows + i] : t.a[i * t.lda + k]);
#pragma GCC unroll 2
        for (int v = 0; v < Vecs; ++v) sum[i][v] += left * right[v];
      }
    }
  }
#pragma GCC unroll 12
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < Vecs; ++v) {
      float* out = t.c + i * t.ldc + v * Lanes;
      store<Lanes>(out, t.accumulate ? sum[i][v] + load<Lanes>(out) : sum[i][v]);
    }
  }
}

using TileFunction = void (*)(const Tile&);
using TileFunctions = std::array<TileFunction, kRows>;  // [rows - 1]

template <int Lanes, int Vecs, bool Packed, int... Index>
constexpr TileFunctions tileFunctions(std::integer_sequence<int, Index...>) {
  return {multiplyTile<Index + 1, Lanes, Vecs, Packed>...};
}

// The tiles of panels of one width, by whether the left operand is packed.
template <int Lanes, int Vecs>
constexpr TileFunctions kTiles[2] = {
    tileFunctions<Lanes, Vecs, false>(std::make_integer_sequence<int, kRows>{}),
    tileFunctions<Lanes, Vecs, true>(std::make_integer_sequence<int, kRows>{}),
};

TileFunction tileFunction(int64_t rows, int64_t stride, bool packed) {
  const auto& tiles = stride == 4        ? kTiles<4, 1>[packed]
                      : stride == 8      ? kTiles<8, 1>[packed]
                      : stride == kLanes ? kTiles<kLanes, 1>[packed]
                                         : kTiles<kLanes, 2>[packed];
  return tiles[static_cast<size_t>(rows - 1)];
}

// Copies [depth, Width] rows; a constant width needs no call to memcpy.
template <int Width>
void packRows(const Operand& from, int64_t depth, int64_t stride, float* out) {
  for (int64_t k = 0; k < depth; ++k) {
    std::memcpy(out + k * stride, from.data + k * from.rowStride, Width * sizeof(float));
  }
}

// Copies [depth, width] of strided memory into rows of `stride`, zeros behind.
void pack(const Operand& from, int64_t depth, int64_t width, int64_t stride, float* out) {
  if (from.columnStride == 1) {
    if (width == kRows && stride == kRows) return packRows<kRows>(from, depth, stride, out);
    if (width == kColumns) return packRows<kColumns>(from, depth, stride, out);
    for (int64_t k = 0; k < depth; ++k) std::copy_n(from.data + k * from.rowStride, width, out + k * stride);
  } else {
    for (int64_t first = 0; first < depth; first += kLine) {
      const int64_t last = std::min(depth, first + kLine);
      for (int64_t j = 0; j < width; ++j) {
        const float* in = from.data + j * from.columnStride;
        for (int64_t k = first; k < last; ++k) out[k * stride + j] = in[k * from.rowStride];
      }
    }
  }
  for (int64_t k = 0; width < stride && k < depth; ++k) std::fill_n(out + k * stride + width, stride - width, 0.0f);
}

// Columns of b side by side in registers; the last panel of a product may be narrower, in which case the smallest
// vectors that hold it do.
struct Panel {
  int64_t begin, width;

  int64_t stride() const { return width <= 4 ? 4 : width <= 8 ? 8 : width <= kLanes ? kLanes : kColumns; }
};

Panel panelAt(int64_t index, int64_t columns) {
  return {index * kColumns, std::min<int64_t>(kColumns, columns - index * kColumns)};
}

// One part of the depth and of the columns of a product.
struct Slab {
  Operand a, b;  // from the part's first element on
  int64_t m, columns, depth;
  const float* packed;  // b's panels, each [depth, stride]
  float* c;
  int64_t ldc;
  bool accumulate, packLeft;

  int64_t panels() const { return (columns + kColumns - 1) / kColumns; }
};

void packPanels(const Slab& slab, float* packed) {
  at::parallel_for(0, slab.panels(), 4, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const Panel panel = panelAt(p, slab.columns);
      const Operand from{slab.b.data + panel.begin * slab.b.columnStride, slab.b.rowStride, slab.b.columnStride};
      pack(from, slab.depth, panel.width, panel.stride(), packed + panel.begin * slab.depth);
    }
  });
}

// Rows of the left operand, and those that are fetched from memory while they are worked on.
struct Left {
  int64_t row, rows;
  const float* data;   // [depth, rows] packed, or [rows, depth] of the operand's stride
  const float* ahead;  // [aheadRows, depth] of the operand's stride
  int64_t aheadRows;
};

void multiplyPanel(const Slab& slab, const Panel& panel, const Left& left) {
  const TileFunction multiply = tileFunction(left.rows, panel.stride(), slab.packLeft);
  const float* right = slab.packed + panel.begin * slab.depth;
  float* out = slab.c + left.row * slab.ldc + panel.begin;
  const auto tile = [&](float* to, int64_t stride, bool accumulate) {
    multiply({.depth = slab.depth,
              .a = left.data,
              .lda = slab.a.rowStride,
              .b = right,
              .c = to,
              .ldc = stride,
              .accumulate = accumulate,
              .ahead = left.ahead,
              .aheadRows = left.aheadRows});
  };
  if (panel.width == panel.stride()) return tile(out, slab.ldc, slab.accumulate);
  alignas(64) float edge[kRows * kColumns];
  tile(edge, panel.stride(), false);
  for (int64_t i = 0; i < left.rows; ++i) {
    for (int64_t j = 0; j < panel.width; ++j) {
      float& element = out[i * slab.ldc + j];
      element = edge[i * panel.stride() + j] + (slab.accumulate ? element : 0.0f);
    }
  }
}

// Row blocks [begin, end) against panels [firstPanel, lastPanel).
void multiplyBlocks(const Slab& slab, int64_t begin, int64_t end, int64_t firstPanel, int64_t lastPanel) {
  alignas(64) float packed[kDepth * kRows];  // [depth, rows]
  const int64_t panels = lastPanel - firstPanel;
  for (int64_t block = begin; block < end; ++block) {
    const int64_t row = block * kRows, rows = std::min<int64_t>(kRows, slab.m - row);
    const float* a = slab.a.data + row * slab.a.rowStride;
    if (slab.packLeft) pack({a, slab.a.columnStride, slab.a.rowStride}, slab.depth, rows, rows, packed);
    // the run's next block comes in a few rows per panel: otherwise memory and products alternate
    const bool last = block + 1 == end;
    const int64_t next = slab.packLeft || last ? 0 : std::min<int64_t>(slab.m - row - kRows, kRows);
    for (int64_t p = 0; p < panels; ++p) {
      const int64_t from = next * p / panels, to = next * (p + 1) / panels;
      const float* ahead = to > from ? a + (kRows + from) * slab.a.rowStride : nullptr;
      multiplyPanel(
          slab, panelAt(firstPanel + p, slab.columns),
          {.row = row, .rows = rows, .data = slab.packLeft ? packed : a, .ahead = ahead, .aheadRows = to - from});
    }
  }
}

void multiplySlab(const Slab& slab) {
  const int64_t blocks = (slab.m + kRows - 1) / kRows, panels = slab.panels();
  // few rows and many threads: share out the columns as well
  const int64_t shares = std::clamp<int64_t>(2 * at::get_num_threads() / blocks, 1, panels);
  guidedTasks(blocks * shares, [&](int64_t begin, int64_t end) {
    if (shares == 1) return multiplyBlocks(slab, begin, end, 0, panels);
    for (int64_t task = begin; task < end; ++task) {
      const int64_t share = task % shares, block = task / shares;
      multiplyBlocks(slab, block, block + 1, share * panels / shares, (share + 1) * panels / shares);
    }
  });
}

// Rows far apart meet in the same few sets of the first-level cache when their distance is a multiple of its way size.
bool rowsCollide(int64_t rowStride) { return rowStride * static_cast<int64_t>(sizeof(float)) % 4096 == 0; }

}  // namespace

bool productIsFast() {
#if defined(__AVX512F__) || (defined(__AVX2__) && defined(__FMA__))
  return true;
#else
  return false;
#endif
}

void product(ProductShape shape, Operand a, Operand b, float* c, bool accumulate) {
  const bool packLeft = a.columnStride != 1 || rowsCollide(a.rowStride);
  const int64_t width = std::min(shape.n, kWidth), depth = std::min(shape.k, kDepth);
  const auto packed = std::make_unique_for_overwrite<float[]>(
      static_cast<size_t>((width + kColumns - 1) / kColumns * kColumns * depth));
  for (int64_t k = 0; k < shape.k; k += kDepth) {
    for (int64_t n = 0; n < shape.n; n += kWidth) {
      const Slab slab{
          .a = {.data = a.data + k * a.columnStride, .rowStride = a.rowStride, .columnStride = a.columnStride},
          .b = {.data = b.data + k * b.rowStride + n * b.columnStride,
                .rowStride = b.rowStride,
                .columnStride = b.columnStride},
          .m = shape.m,
          .columns = std::min(kWidth, shape.n - n),
          .depth = std::min(kDepth, shape.k - k),
          .packed = packed.get(),
          .c = c + n,
          .ldc = shape.n,
          .accumulate = accumulate || k > 0,
          .packLeft = packLeft};
      packPanels(slab, packed.get());
      multiplySlab(slab);
    }
  }
}

}  // namespace serl::cpu
