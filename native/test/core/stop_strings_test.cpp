#include "core/stop_strings.h"

#include "core/error.h"
#include "test/core/support.h"

using namespace serl;

namespace {

// Tokens "a", "b", "ab", "" and the two halves of a two-byte character.
StopStrings withStops(std::vector<std::string> strings) {
  return {.strings = std::move(strings),
          .tokenBytes = {'a', 'b', 'a', 'b', 0xc3, 0xa9},
          .tokenOffsets = {0, 1, 2, 4, 4, 5, 6}};
}

// The position of the token that ends the row, or -1.
int64_t endOf(const StopStrings& stops, const std::vector<int32_t>& tokens) {
  std::string tail;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (stops.endsWith(tokens[i], tail)) return static_cast<int64_t>(i);
  }
  return -1;
}

}  // namespace

TEST_CASE("a stop string ends a row within a token, across tokens, and across the bytes of a character") {
  CHECK(endOf(withStops({"ba"}), {0, 1, 3, 0}) == 3);
  CHECK(endOf(withStops({"ab"}), {1, 1, 2}) == 2);
  CHECK(endOf(withStops({"bab"}), {2, 2}) == 1);
  CHECK(endOf(withStops({"\xc3\xa9"}), {0, 4, 5}) == 2);
  CHECK(endOf(withStops({"aa", "bb"}), {0, 1, 0, 1, 1}) == 4);
  CHECK(endOf(withStops({"aaa"}), {0, 0, 1, 0, 0}) == -1);
  CHECK(endOf(withStops({}), {0, 1}) == -1);
}

TEST_CASE("the tail of a row stays as short as a stop string needs") {
  const StopStrings stops = withStops({"bbbb"});
  std::string tail;
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(!stops.endsWith(2, tail));
    REQUIRE(tail.size() <= 3);
  }
}

TEST_CASE("stop strings that cannot be read are refused") {
  CHECK_NOTHROW(withStops({"a"}).check(6));
  CHECK_NOTHROW(StopStrings{}.check(6));
  CHECK_THROWS_AS(withStops({"a"}).check(7), Error);
  CHECK_THROWS_AS(withStops({""}).check(6), Error);
  CHECK_THROWS_AS(withStops({std::string(1025, 'x')}).check(6), Error);
  CHECK_THROWS_AS(withStops(std::vector<std::string>(65, "x")).check(6), Error);
  StopStrings descending = withStops({"a"});
  descending.tokenOffsets[2] = 0;
  CHECK_THROWS_AS(descending.check(6), Error);
  StopStrings short_ = withStops({"a"});
  short_.tokenBytes.pop_back();
  CHECK_THROWS_AS(short_.check(6), Error);
}
