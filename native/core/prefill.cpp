#include "core/prefill.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/decoder.h"
#include "core/device.h"

namespace serl {
namespace {

// Tokens [begin, end) of a group's prompt.
struct PromptPart {
  size_t group;
  int64_t begin, end;
};

// Either whole prompts, as many as fit when padded to the longest, or a part of one.
std::vector<PromptPart> nextParts(const Generation& job, int64_t budget) {
  std::vector<PromptPart> parts;
  for (size_t g : job.prefilling) {
    const Group& group = job.groups[g];
    const auto length = static_cast<int64_t>(group.prompt.size());
    const int64_t left = length - group.prefilled;
    if (parts.empty() && (group.prefilled > 0 || left > budget)) {
      const int64_t pieces = (left + budget - 1) / budget, even = KvCache::blocksFor((left + pieces - 1) / pieces);
      const int64_t end = group.prefilled + std::min(left, even * KvCache::kBlockSize);
      return {{.group = g, .begin = group.prefilled, .end = end}};
    }
    if ((static_cast<int64_t>(parts.size()) + 1) * length > budget) break;
    parts.push_back({.group = g, .begin = 0, .end = length});
  }
  return parts;
}

PrefillPiece makePiece(const Generation& job, const std::vector<PromptPart>& parts) {
  PrefillPiece piece{.offsets = {0}, .begin = parts.front().begin};
  std::vector<BlockRow> rows;
  for (const PromptPart& part : parts) {
    const Group& group = job.groups[part.group];
    for (int64_t t = part.begin; t < part.end; ++t) {
      piece.tokens.push_back(group.prompt[static_cast<size_t>(t)]);
      rows.push_back({.group = static_cast<int64_t>(part.group), .tailBlocks = &group.blocks, .tailLength = t + 1});
    }
    piece.offsets.push_back(static_cast<int64_t>(piece.tokens.size()));
  }
  piece.rows = blockRows(std::move(rows), job.backend.device);
  return piece;
}

}  // namespace

void prefillPiece(Generation& job, KvCache& cache) {
  if (job.prefilling.empty()) return;
  const Backend& backend = job.backend;
  const std::vector<PromptPart> parts = nextParts(job, backend.prefillTokens());
  const PrefillPiece piece = makePiece(job, parts);
  std::vector<int64_t> last;
  for (size_t i = 0; i < parts.size(); ++i) last.push_back(piece.offsets[i + 1] - 1);
  const at::Tensor hidden = decoderForward(backend, job.weights,
                                           {.tokens = upload(piece.tokens, backend.device),
                                            .positions = piece.rows.positions,
                                            .attend = backend.attendPrefill(cache, piece)})
                                .index_select(0, upload(last, backend.device));  // [parts, hidden]
  for (size_t i = 0; i < parts.size(); ++i) {
    Group& group = job.groups[parts[i].group];
    group.prefilled = parts[i].end;
    if (group.prefilled < static_cast<int64_t>(group.prompt.size())) continue;
    group.lastHidden = hidden.narrow(0, static_cast<int64_t>(i), 1);
    std::erase(job.prefilling, parts[i].group);
  }
}

}  // namespace serl
