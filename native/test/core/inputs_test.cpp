#include "core/error.h"
#include "core/token_views.h"
#include "test/core/support.h"

using namespace serl;
using namespace serl::test;

namespace {

bool refused(std::vector<int32_t> tokens, std::vector<int32_t> offsets, std::vector<int32_t> promptLengths) {
  try {
    checkSequences({{tokens, offsets}, promptLengths}, tinyModel());
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::Argument);
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a batch that would be read out of bounds is refused") {
  CHECK(!refused({1, 2, 3}, {0, 2, 3}, {1, 1}));
  CHECK(refused({1, 2, 67}, {0, 2, 3}, {1, 1}));
  CHECK(refused({1, 2, -1}, {0, 2, 3}, {1, 1}));
  CHECK(refused({1, 2, 3}, {0, 2}, {1}));
  CHECK(refused({1, 2, 3}, {0, 2, 4}, {1, 1}));
  CHECK(refused({1, 2, 3}, {1, 2, 3}, {1, 1}));
  CHECK(refused({1, 2, 3}, {0, 3, 2, 3}, {1, 1, 1}));
  CHECK(refused({1, 2, 3}, {0, 0, 3}, {1, 1}));
  CHECK(refused({1, 2, 3}, {0, 500'000'000, 3}, {1, 1}));
  CHECK(refused({1, 2, 3}, {}, {}));
  CHECK(refused({}, {0}, {}));
  CHECK(refused({1, 2, 3}, {0, 2, 3}, {1}));
  CHECK(refused({1, 2, 3}, {0, 2, 3}, {0, 1}));
  CHECK(refused({1, 2, 3}, {0, 2, 3}, {3, 1}));
}

TEST_CASE("blocks of the cache are handed out once and taken back") {
  KvCache cache(tinyModel(), 5, at::TensorOptions());
  CHECK(KvCache::blocksFor(0) == 0);
  CHECK(KvCache::blocksFor(32) == 1);
  CHECK(KvCache::blocksFor(33) == 2);
  std::vector<int32_t> some = cache.take(3), others = cache.take(2);
  std::vector<int32_t> all = some;
  all.insert(all.end(), others.begin(), others.end());
  std::sort(all.begin(), all.end());
  CHECK(all == std::vector<int32_t>{0, 1, 2, 3, 4});
  CHECK(cache.freeBlocks() == 0);
  CHECK_THROWS(cache.take(1));
  cache.release(some);
  CHECK(some.empty());
  CHECK(cache.freeBlocks() == 3);
}

TEST_CASE("a pool reuses freed memory, and its tensors outlive it") {
  at::Tensor survivor;
  {
    MemoryPool pool;
    at::Tensor first = pool.take({300, 300});
    const void* memory = first.const_data_ptr();
    first = at::Tensor();
    at::Tensor second = pool.take({299, 300});
    CHECK(second.const_data_ptr() == memory);
    second.fill_(2);
    survivor = second;
    CHECK(pool.take({3}).numel() == 3);
    pool.release();
  }
  CHECK(survivor.sum().item<double>() == doctest::Approx(2.0 * 299 * 300));
}
