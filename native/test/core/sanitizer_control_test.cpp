#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

// Negative controls of the sanitizers: scripts/test-cpp.mjs runs each alone, and each must end the process.

TEST_CASE("control: AddressSanitizer notices a read past an end" * doctest::skip()) {
  const std::vector<float> values(8);
  volatile std::size_t index = 8;
  CHECK(values.data()[index] >= 0);
}

TEST_CASE("control: UndefinedBehaviourSanitizer notices an overflow" * doctest::skip()) {
  volatile int32_t most = std::numeric_limits<int32_t>::max();
  CHECK(most + 1 != 0);
}
