#pragma once
#include <memory>

#include "core/vocabulary_chunk.h"

namespace serl::portable {

// Tensor operations, for any device and floating dtype.
std::unique_ptr<VocabularyChunk> vocabularyChunk(const at::Tensor& hidden, const at::Tensor& lmHead,
                                                 const at::Tensor& targets, double temperature);

}  // namespace serl::portable
