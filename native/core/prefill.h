#pragma once
#include "core/generation_state.h"

namespace serl {

// Runs the next piece of the prompts that are being prefilled, several short ones or a part of a long one, and takes
// out those that are done. Decode steps come between the pieces (Agrawal et al. 2023, "SARATHI"), so that running rows
// never wait for a whole long prompt and no piece's activations outgrow it. Returns at once when nothing is there.
void prefillPiece(Generation& job, KvCache& cache);

}  // namespace serl
