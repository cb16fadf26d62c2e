#include "core/cpu/block_attention.h"
#include "core/cpu/cache_write.h"
#include "core/portable/block_attention.h"
#include "core/portable/packed_attention.h"
#include "test/core/support.h"

using namespace serl;
using namespace serl::test;

namespace {

constexpr int64_t kHeads = 4, kKvHeads = 2, kDim = 6;

// Two prompts shared by samples, and a single row: a decode step with every kind of tail.
struct Decode {
  explicit Decode(at::ScalarType dtype)
      : q(randn({4, kHeads, kDim}, 1).to(dtype)),
        k(randn({4, kKvHeads, kDim}, 2).to(dtype)),
        v(randn({4, kKvHeads, kDim}, 3).to(dtype)),
        blocks{.keys = randn({12, kKvHeads, kDim, 32}, 4).to(dtype),
               .values = randn({12, kKvHeads, 32, kDim}, 5).to(dtype)} {
    rows = blockRows({{.group = 0, .prefixBlocks = &shared, .prefixLength = 40, .tailBlocks = &one, .tailLength = 1},
                      {.group = 0, .prefixBlocks = &shared, .prefixLength = 40, .tailBlocks = &two, .tailLength = 33},
                      {.group = 0, .prefixBlocks = &shared, .prefixLength = 40, .tailBlocks = &three, .tailLength = 7},
                      {.group = 1, .prefixBlocks = &lone, .prefixLength = 32, .tailBlocks = &four, .tailLength = 64}},
                     at::kCPU);
  }

  // Softmax over the row's keys in double, one by one.
  at::Tensor expected(int64_t window) const {
    at::Tensor out = at::empty({4, kHeads * kDim}, at::kDouble);
    for (int64_t r = 0; r < 4; ++r) {
      const BlockRow& row = rows.rows[static_cast<size_t>(r)];
      std::vector<at::Tensor> keys, values;  // [kvHeads, d] each
      const auto take = [&](const std::vector<int32_t>& list, int64_t length, int64_t position) {
        for (int64_t t = 0; t < length; ++t, ++position) {
          if (window > 0 && position <= row.position() - window) continue;
          const int64_t block = list[static_cast<size_t>(t / 32)];
          keys.push_back(blocks.keys[block].select(2, t % 32).to(at::kDouble));
          values.push_back(blocks.values[block].select(1, t % 32).to(at::kDouble));
        }
      };
      take(*row.prefixBlocks, row.prefixLength, 0);
      take(*row.tailBlocks, row.tailLength, row.prefixLength);
      const at::Tensor key = at::stack(keys), value = at::stack(values);  // [n, kvHeads, d]
      for (int64_t h = 0; h < kHeads; ++h) {
        const int64_t kv = h / (kHeads / kKvHeads);
        const at::Tensor scores = at::mv(key.select(1, kv), q[r][h].to(at::kDouble)) / std::sqrt(double{kDim});
        const at::Tensor head = at::mv(value.select(1, kv).t(), at::softmax(scores, 0));
        out[r].narrow(0, h * kDim, kDim).copy_(head);
      }
    }
    return out;
  }

  at::Tensor q, k, v;
  KvBlocks blocks;
  BlockRows rows;
  std::vector<int32_t> shared{3, 7}, one{0}, two{5, 9}, three{2}, lone{11}, four{1, 10};
};

}  // namespace

TEST_CASE("both block attentions match the softmax over each row's keys") {
  for (int64_t window : {0, 1, 5, 35, 70}) {
    CAPTURE(window);
    Decode decode(at::kFloat);
    cpu::writeKeysValues(decode.blocks, decode.k, decode.v, decode.rows);
    const at::Tensor expected = decode.expected(window);
    CHECK(maxGap(cpu::blockAttention(decode.q, decode.blocks, decode.rows, window), expected) < 1e-5);
    const auto tables = portable::blockTables(decode.rows, at::kCPU);
    CHECK(maxGap(portable::blockAttention(decode.q, decode.blocks, decode.rows, tables, window), expected) < 1e-5);
  }
}

TEST_CASE("bfloat16 is widened") {
  Decode decode(at::kBFloat16);
  cpu::writeKeysValues(decode.blocks, decode.k, decode.v, decode.rows);
  CHECK(maxGap(cpu::blockAttention(decode.q, decode.blocks, decode.rows, 0), decode.expected(0)) < 0.02);
}

TEST_CASE("both ways to write the cache put the same tokens into the same slots") {
  Decode one(at::kFloat), other(at::kFloat);
  cpu::writeKeysValues(one.blocks, one.k, one.v, one.rows);
  portable::writeKeysValues(other.blocks, other.k, other.v, other.rows);
  CHECK(identical(one.blocks.keys, other.blocks.keys));
  CHECK(identical(one.blocks.values, other.blocks.values));
  CHECK(identical(one.blocks.keys[9].select(2, 0), one.k[1]));  // tail of 33: first slot of its second block
}

TEST_CASE("a row's attention does not depend on the other rows") {
  Decode decode(at::kFloat);
  const at::Tensor all = cpu::blockAttention(decode.q, decode.blocks, decode.rows, 0);
  for (int64_t r = 0; r < 4; ++r) {
    const BlockRows alone = blockRows({decode.rows.rows[static_cast<size_t>(r)]}, at::kCPU);
    CHECK(identical(cpu::blockAttention(decode.q.narrow(0, r, 1), decode.blocks, alone, 0), all.narrow(0, r, 1)));
  }
}

TEST_CASE("a piece of a prompt attends to its cached tokens") {
  const KvBlocks blocks{.keys = randn({3, kKvHeads, kDim, 32}, 6), .values = randn({3, kKvHeads, 32, kDim}, 7)};
  const std::vector<int32_t> list{2, 0};
  const at::Tensor q = randn({10, kHeads, kDim}, 8);
  std::vector<BlockRow> rows;
  for (int64_t t = 31; t <= 40; ++t) rows.push_back({.tailBlocks = &list, .tailLength = t});
  for (int64_t window : {0, 6}) {
    const at::Tensor expected = cpu::blockAttention(q, blocks, blockRows(rows, at::kCPU), window);
    const at::Tensor ids = at::tensor({2, 0}, at::kLong);
    CHECK(maxGap(portable::laterAttention(q, blocks, ids, 40, window), expected) < 1e-5);
  }
}
