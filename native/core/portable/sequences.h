#pragma once
#include "core/model_config.h"
#include "core/sequence_batch.h"

namespace serl::portable {

// Every sequence separately, for any device.
SequenceBatch separateSequences(const SequenceView& view, const ModelConfig& config, at::Device device);

}  // namespace serl::portable
