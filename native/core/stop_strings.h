#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace serl {

// Texts that end a row. They are matched on the bytes of its last tokens.
struct StopStrings {
  static constexpr size_t kMost = 64;         // strings
  static constexpr size_t kMostBytes = 1024;  // of one

  std::vector<std::string> strings;
  std::vector<uint8_t> tokenBytes;    // of every token, one after the other
  std::vector<int32_t> tokenOffsets;  // [vocab + 1] into tokenBytes

  // Appends the token's bytes to the row's tail, as much of it as a stop string can begin in. Is one of them in it?
  bool endsWith(int32_t token, std::string& tail) const;
  // Throws Error(Argument) for what could not be read safely.
  void check(int64_t vocabulary) const;
};

}  // namespace serl
