#pragma once
#include "core/generation_state.h"

namespace serl {

// Prefills the next piece, several short prompts or a part of a long one, and removes finished prompts from the list.
// Decode steps run between pieces (Agrawal et al. 2023, "SARATHI"), so that running rows never wait for a whole long
// prompt and activations stay within one piece's. Does nothing if no prompt is left.
void prefillPiece(Generation& job, KvCache& cache);

}  // namespace serl
