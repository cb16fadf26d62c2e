#include "core/block_rows.h"

#include <utility>

#include "core/device.h"
#include "core/kv_cache.h"

namespace serl {

BlockRows blockRows(std::vector<BlockRow> rows, at::Device device) {
  BlockRows out;
  std::vector<int64_t> positions, writeBlock, writeOffset;
  for (size_t r = 0; r < rows.size(); ++r) {
    const BlockRow& row = rows[r];
    if (r == 0 || row.group != rows[r - 1].group) out.groupBegin.push_back(static_cast<int64_t>(r));
    const int64_t last = row.tailLength - 1;
    positions.push_back(row.position());
    writeBlock.push_back((*row.tailBlocks)[static_cast<size_t>(last / KvCache::kBlockSize)]);
    writeOffset.push_back(last % KvCache::kBlockSize);
  }
  out.groupBegin.push_back(static_cast<int64_t>(rows.size()));
  out.positions = upload(positions, device);
  out.writeBlock = upload(writeBlock, device);
  out.writeOffset = upload(writeOffset, device);
  out.rows = std::move(rows);
  return out;
}

}  // namespace serl
