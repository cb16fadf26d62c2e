#pragma once
#include <stdexcept>
#include <string>

namespace serl {

// Reaches TypeScript as {code, message}; the names are those of NativeErrorCode in src/native/types.ts.
enum class ErrorCode { Argument, Io, Unsupported, OutOfMemory, NotFinite, Closed, Internal };

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace serl
