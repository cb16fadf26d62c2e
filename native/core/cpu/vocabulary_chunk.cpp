#include "core/cpu/vocabulary_chunk.h"

#include <ATen/ATen.h>

#include "core/cpu/product.h"
#include "core/cpu/softmax.h"

namespace serl::cpu {
namespace {

struct Chunk : VocabularyChunk {
  Context& context;
  at::Tensor hidden, lmHead, targets;  // [C, hidden], [vocab, hidden], [C]
  double temperature;
  at::Tensor logits;  // [vocab, C]; their gradient once backward has run
  ColumnSoftmax softmax;
  std::vector<float> entropy;  // [C], once asked for

  int64_t rows() const { return hidden.size(0); }
  int64_t width() const { return hidden.size(1); }
  int64_t vocabulary() const { return lmHead.size(0); }

  Chunk(Context& context, const at::Tensor& h, const at::Tensor& lmHead, const at::Tensor& targets, double temperature)
      : context(context),
        hidden(h.contiguous()),
        lmHead(lmHead),
        targets(targets.contiguous()),
        temperature(temperature) {
    logits = context.pool.take({vocabulary(), rows()});
    {
      const WorkTimer timer(context.profile, Work::products);
      product({vocabulary(), rows(), width()}, {lmHead.const_data_ptr<float>(), width(), 1},
              {hidden.const_data_ptr<float>(), 1, width()}, logits.mutable_data_ptr<float>(),
              /*accumulate=*/false);
    }
    softmax =
        columnSoftmax(logits.const_data_ptr<float>(), vocabulary(), rows(), static_cast<float>(1.0 / temperature));
  }

  at::Tensor logprobs() override {
    at::Tensor out = at::empty({rows()}, hidden.options());  // [C]
    auto* data = out.mutable_data_ptr<float>();
    const auto* target = targets.const_data_ptr<int64_t>();
    for (int64_t c = 0; c < rows(); ++c) data[c] = softmax.logprob(target[c], c);
    return out;
  }

  at::Tensor entropies() override {
    entropy = columnEntropies(softmax);
    return at::tensor(at::ArrayRef<float>(entropy), at::TensorOptions().dtype(at::kFloat));
  }

  void backward(const RowGradients& loss, at::Tensor hiddenGradient, at::Tensor lmHeadGradient) override {
    const at::Tensor slope = (loss.logprob / temperature).contiguous();  // [C]
    const at::Tensor entropySlope = loss.entropy.defined() ? (loss.entropy / temperature).contiguous() : at::Tensor();
    auto* data = logits.mutable_data_ptr<float>();
    logitGradients(softmax, targets.const_data_ptr<int64_t>(),
                   {.logprob = slope.const_data_ptr<float>(),
                    .entropy = entropySlope.defined() ? entropySlope.const_data_ptr<float>() : nullptr,
                    .entropies = entropy.data()},
                   data);
    const WorkTimer timer(context.profile, Work::products);
    product({rows(), width(), vocabulary()}, {data, 1, rows()}, {lmHead.const_data_ptr<float>(), width(), 1},
            hiddenGradient.mutable_data_ptr<float>(), /*accumulate=*/false);
    product({vocabulary(), width(), rows()}, {data, rows(), 1}, {hidden.const_data_ptr<float>(), width(), 1},
            lmHeadGradient.mutable_data_ptr<float>(), /*accumulate=*/true);
  }
};

}  // namespace

std::unique_ptr<VocabularyChunk> vocabularyChunk(Context& context, const at::Tensor& hidden, const at::Tensor& lmHead,
                                                 const at::Tensor& targets, double temperature) {
  return std::make_unique<Chunk>(context, hidden, lmHead, targets, temperature);
}

}  // namespace serl::cpu
