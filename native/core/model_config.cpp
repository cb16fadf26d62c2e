#include "core/model_config.h"

#include <algorithm>
#include <string>

#include "core/error.h"

namespace serl {

void checkModel(const ModelConfig& config) {
  const auto require = [](bool condition, const char* message) {
    if (!condition) throw Error(ErrorCode::Argument, message);
  };
  const auto layers = static_cast<int64_t>(config.slidingWindows.size());
  require(config.numHiddenLayers == layers, "slidingWindows must have an entry per layer");
  for (int64_t size :
       {config.numHiddenLayers, config.vocabSize, config.hiddenSize, config.intermediateSize, config.numAttentionHeads,
        config.numKeyValueHeads, config.headDim, config.maxPositionEmbeddings}) {
    require(size > 0, "every size of the model must be positive");
  }
  require(config.numAttentionHeads % config.numKeyValueHeads == 0,
          "numAttentionHeads must be a multiple of numKeyValueHeads");
  require(static_cast<int64_t>(config.ropeFrequencies.size()) * 2 == config.headDim,
          "ropeFrequencies must have headDim / 2 entries");
  require(std::all_of(config.slidingWindows.begin(), config.slidingWindows.end(), [](int64_t w) { return w >= 0; }),
          "slidingWindows must not be negative");
}

}  // namespace serl
