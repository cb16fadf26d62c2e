#include <ATen/ATen.h>

#include "core/memory_pool.h"
#include "core/product_cpu.h"
#include "core/profile.h"
#include "core/softmax_cpu.h"
#include "core/vocabulary_chunk.h"

namespace serl {
namespace {

struct CpuChunk : VocabularyChunk {
  at::Tensor hidden, lmHead, targets;  // [C, hidden], [vocab, hidden], [C]
  double temperature;
  at::Tensor logits;  // [vocab, C]; their gradient once backward has run
  cpu::ColumnSoftmax softmax;

  int64_t rows() const { return hidden.size(0); }
  int64_t width() const { return hidden.size(1); }
  int64_t vocabulary() const { return lmHead.size(0); }

  CpuChunk(const at::Tensor& h, const at::Tensor& lmHead, const at::Tensor& targets, double temperature)
      : hidden(h.contiguous()), lmHead(lmHead), targets(targets.contiguous()), temperature(temperature) {
    logits = newActivation({vocabulary(), rows()});
    {
      const PartTimer timer(Part::products);
      cpu::product({vocabulary(), rows(), width()}, {lmHead.const_data_ptr<float>(), width(), 1},
                   {hidden.const_data_ptr<float>(), 1, width()}, logits.mutable_data_ptr<float>(),
                   /*accumulate=*/false);
    }
    softmax =
        cpu::columnSoftmax(logits.const_data_ptr<float>(), vocabulary(), rows(), static_cast<float>(1.0 / temperature));
  }

  at::Tensor logprobs() override {
    at::Tensor out = at::empty({rows()}, hidden.options());  // [C]
    auto* data = out.mutable_data_ptr<float>();
    const auto* target = targets.const_data_ptr<int64_t>();
    for (int64_t c = 0; c < rows(); ++c) data[c] = softmax.logprob(target[c], c);
    return out;
  }

  at::Tensor entropies() override {
    const std::vector<float> entropies = cpu::columnEntropies(softmax);
    return at::tensor(at::ArrayRef<float>(entropies), at::TensorOptions().dtype(at::kFloat));
  }

  void backward(const at::Tensor& gradient, at::Tensor hiddenGradient, at::Tensor lmHeadGradient) override {
    const at::Tensor slope = (gradient / temperature).contiguous();  // [C]
    auto* data = logits.mutable_data_ptr<float>();
    cpu::logitGradients(softmax, targets.const_data_ptr<int64_t>(), slope.const_data_ptr<float>(), data);
    const PartTimer timer(Part::products);
    cpu::product({rows(), width(), vocabulary()}, {data, 1, rows()}, {lmHead.const_data_ptr<float>(), width(), 1},
                 hiddenGradient.mutable_data_ptr<float>(), /*accumulate=*/false);
    cpu::product({vocabulary(), width(), rows()}, {data, rows(), 1}, {hidden.const_data_ptr<float>(), width(), 1},
                 lmHeadGradient.mutable_data_ptr<float>(), /*accumulate=*/true);
  }
};

}  // namespace

std::unique_ptr<VocabularyChunk> cpuVocabularyChunk(const at::Tensor& hidden, const at::Tensor& lmHead,
                                                    const at::Tensor& targets, double temperature) {
  return std::make_unique<CpuChunk>(hidden, lmHead, targets, temperature);
}

}  // namespace serl
