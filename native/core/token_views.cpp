#include "core/token_views.h"

#include <string>

#include "core/error.h"

namespace serl {
namespace {

void require(bool condition, const std::string& message) {
  if (!condition) throw Error(ErrorCode::Argument, message);
}

}  // namespace

int64_t SequenceView::actions() const {
  auto count = static_cast<int64_t>(tokens.size());
  for (int32_t length : promptLengths) count -= length;
  return count;
}

void checkTokens(const TokenView& view, const ModelConfig& config) {
  require(view.offsets.size() >= 2, "the batch is empty");
  require(view.offsets.front() == 0 && view.offsets.back() == static_cast<int64_t>(view.tokens.size()),
          "offsets must run from 0 to the number of tokens");
  for (size_t i = 1; i < view.offsets.size(); ++i)
    require(view.offsets[i] > view.offsets[i - 1], "sequence " + std::to_string(i - 1) + " is empty");
  for (int32_t token : view.tokens) {
    require(token >= 0 && token < config.vocabSize,
            "token " + std::to_string(token) + " is not in the vocabulary of " + std::to_string(config.vocabSize));
  }
}

void checkSequences(const SequenceView& view, const ModelConfig& config) {
  checkTokens(view, config);
  require(static_cast<int64_t>(view.promptLengths.size()) == view.sequences(),
          "promptLengths must have an entry per sequence");
  for (int64_t i = 0; i < view.sequences(); ++i) {
    const int32_t prompt = view.promptLengths[static_cast<size_t>(i)];
    require(
        prompt >= 1 && prompt <= static_cast<int64_t>(view.sequence(i).size()),
        "the prompt of sequence " + std::to_string(i) + " must have 1 token or more, and no more than the sequence");
  }
}

}  // namespace serl
