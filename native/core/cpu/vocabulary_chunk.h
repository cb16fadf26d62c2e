#pragma once
#include <memory>

#include "core/context.h"
#include "core/vocabulary_chunk.h"

namespace serl::cpu {

// Kernels for float32. hidden [C, hidden], lmHead [vocab, hidden], targets [C] int64.
std::unique_ptr<VocabularyChunk> vocabularyChunk(Context& context, const at::Tensor& hidden, const at::Tensor& lmHead,
                                                 const at::Tensor& targets, double temperature);

}  // namespace serl::cpu
