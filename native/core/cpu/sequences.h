#pragma once
#include "core/model_config.h"
#include "core/profile.h"
#include "core/sequence_batch.h"

namespace serl::cpu {

// Whether some layer's window is shorter than a sequence of this length: it hides keys by distance, which shared
// prompts do not support.
bool windowed(const ModelConfig& config, int64_t length);

// Each distinct prompt once, then what follows it in every sequence. A sequence's last token, which predicts nothing,
// is left out.
SequenceBatch sharedSequences(const SequenceView& view, Profile& profile);

}  // namespace serl::cpu
