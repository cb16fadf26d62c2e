#include "core/prefill.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/attention.h"
#include "core/block_attention.h"
#include "core/decoder.h"
#include "core/device.h"
#include "core/profile.h"

namespace serl {
namespace {

// Tokens of a piece, padding included where attention pads. The CPU's products are at their best from a few hundred
// rows on; a GPU wants more.
int64_t pieceTokens(at::Device device) { return device.is_cpu() ? 512 : 2048; }

// Tokens [begin, end) of a group's prompt.
struct Span {
  size_t group;
  int64_t begin, end;
};

// Either whole prompts, as many as fit when padded to the longest, or a part of one.
std::vector<Span> nextSpans(const Generation& job, int64_t budget) {
  std::vector<Span> spans;
  for (size_t g : job.prefilling) {
    const Group& group = job.groups[g];
    const auto length = static_cast<int64_t>(group.prompt.size());
    const int64_t left = length - group.prefilled;
    if (spans.empty() && (group.prefilled > 0 || left > budget)) {
      const int64_t pieces = (left + budget - 1) / budget, even = KvCache::blocksFor((left + pieces - 1) / pieces);
      return {{g, group.prefilled, group.prefilled + std::min(left, even * KvCache::kBlockSize)}};
    }
    if ((static_cast<int64_t>(spans.size()) + 1) * length > budget) break;
    spans.push_back({g, 0, length});
  }
  return spans;
}

struct Piece {
  std::vector<int64_t> tokens;   // [T]
  std::vector<int64_t> offsets;  // [spans + 1]
  BlockPlan plan;                // the tokens as rows that see what comes before them in their own prompt
};

Piece makePiece(const Generation& job, const std::vector<Span>& spans) {
  Piece piece{{}, {0}, {}};
  std::vector<BlockRow> rows;
  for (const Span& span : spans) {
    const Group& group = job.groups[span.group];
    for (int64_t t = span.begin; t < span.end; ++t) {
      piece.tokens.push_back(group.prompt[static_cast<size_t>(t)]);
      rows.push_back({static_cast<int64_t>(span.group), nullptr, 0, &group.blocks, t + 1});
    }
    piece.offsets.push_back(static_cast<int64_t>(piece.tokens.size()));
  }
  piece.plan = blockPlan(std::move(rows), job.weights.embedding.device(), /*tables=*/false);
  return piece;
}

// How the piece's queries find their keys once those are in the cache.
Attend pieceAttend(const Generation& job, KvCache& cache, const std::vector<Span>& spans, const Piece& piece) {
  const at::Device device = job.weights.embedding.device();
  const auto window = [&job](int64_t layer) { return job.config.slidingWindows[static_cast<size_t>(layer)]; };
  if (device.is_cpu() && !job.config.portableKernels) {
    return [&, window](int64_t layer, const at::Tensor& q, const at::Tensor&, const at::Tensor&) {
      return blockAttentionCpu(q, cache.layer(layer), piece.plan, window(layer));
    };
  }
  if (spans[0].begin == 0) {
    return [window, layout = packedLayout(piece.offsets, device)](int64_t layer, const at::Tensor& q,
                                                                  const at::Tensor& k, const at::Tensor& v) {
      return packedAttention(q, k, v, layout, window(layer));
    };
  }
  const std::vector<int32_t>& blocks = job.groups[spans[0].group].blocks;
  const at::Tensor list = upload({blocks.begin(), blocks.begin() + KvCache::blocksFor(spans[0].end)}, device);  // [B]
  return
      [&, window, list, end = spans[0].end](int64_t layer, const at::Tensor& q, const at::Tensor&, const at::Tensor&) {
        return laterAttention(q, cache.layer(layer), list, end, window(layer));
      };
}

}  // namespace

void prefillPiece(Generation& job, KvCache& cache) {
  if (job.prefilling.empty()) return;
  const at::Device device = job.weights.embedding.device();
  const std::vector<Span> spans = nextSpans(job, pieceTokens(device));
  const Piece piece = makePiece(job, spans);
  const Attend attendCached = pieceAttend(job, cache, spans, piece);
  const Attend attend = [&](int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    const PartTimer timer(Part::attention);
    cache.write(layer, k, v, piece.plan.writeBlock, piece.plan.writeOffset);
    return attendCached(layer, q, k, v);
  };
  std::vector<int64_t> last;
  for (size_t i = 0; i < spans.size(); ++i) last.push_back(piece.offsets[i + 1] - 1);
  const at::Tensor hidden =
      decoderForward(job.weights, job.config, upload(piece.tokens, device), piece.plan.positions, attend)
          .index_select(0, upload(last, device));  // [spans, hidden]
  for (size_t i = 0; i < spans.size(); ++i) {
    Group& group = job.groups[spans[i].group];
    group.prefilled = spans[i].end;
    if (group.prefilled < static_cast<int64_t>(group.prompt.size())) continue;
    group.lastHidden = hidden.narrow(0, static_cast<int64_t>(i), 1);
    std::erase(job.prefilling, spans[i].group);
  }
}

}  // namespace serl
