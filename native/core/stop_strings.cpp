#include "core/stop_strings.h"

#include <algorithm>

#include "core/error.h"

namespace serl {

bool StopStrings::endsWith(int32_t token, std::string& tail) const {
  if (strings.empty()) return false;
  const auto begin = tokenBytes.begin() + tokenOffsets[static_cast<size_t>(token)];
  const auto end = tokenBytes.begin() + tokenOffsets[static_cast<size_t>(token) + 1];
  tail.append(begin, end);
  size_t longest = 0;
  for (const std::string& stop : strings) {
    if (tail.find(stop) != std::string::npos) return true;
    longest = std::max(longest, stop.size());
  }
  if (tail.size() >= longest) tail.erase(0, tail.size() - (longest - 1));
  return false;
}

void StopStrings::check(int64_t vocabulary) const {
  const auto require = [](bool condition, const char* message) {
    if (!condition) throw Error(ErrorCode::Argument, message);
  };
  if (strings.empty()) return;
  require(strings.size() <= kMost, "stopStrings has more than 64 strings");
  for (const std::string& stop : strings) {
    require(!stop.empty() && stop.size() <= kMostBytes, "a stop string must have 1 to 1024 bytes");
  }
  require(static_cast<int64_t>(tokenOffsets.size()) == vocabulary + 1,
          "tokenOffsets must have an entry per token, and 1");
  require(tokenOffsets.front() == 0 && static_cast<size_t>(tokenOffsets.back()) == tokenBytes.size(),
          "tokenOffsets must run from 0 to the number of tokenBytes");
  require(std::is_sorted(tokenOffsets.begin(), tokenOffsets.end()), "tokenOffsets must not descend");
}

}  // namespace serl
