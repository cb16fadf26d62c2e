#include "core/weights.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace serl {
namespace {

struct NamedRows {
  std::string name;
  int64_t rows;
};

// Fills a Weights in checkpoint order, one fused parameter at a time.
struct Builder {
  Weights& weights;
  at::TensorOptions options;

  at::Tensor add(const std::vector<NamedRows>& tensors, std::vector<int64_t> trailing) {
    int64_t rows = 0;
    for (const NamedRows& tensor : tensors) {
      weights.index[tensor.name] = weights.names.size();
      weights.names.push_back(
          {.name = tensor.name, .parameter = weights.parameters.size(), .start = rows, .length = tensor.rows});
      rows += tensor.rows;
    }
    std::vector<int64_t> shape{rows};
    shape.insert(shape.end(), trailing.begin(), trailing.end());
    weights.parameters.push_back(at::empty(shape, options));
    return weights.parameters.back();
  }
};

LayerWeights addLayer(Builder& builder, const ModelConfig& config, int64_t layer) {
  const std::string prefix = "model.layers." + std::to_string(layer) + ".";
  const int64_t hidden = config.hiddenSize, query = config.querySize(), keyValue = config.keyValueSize();
  const auto qkv = [&](const std::string& kind) {
    return std::vector<NamedRows>{{prefix + "self_attn.q_proj." + kind, query},
                                  {prefix + "self_attn.k_proj." + kind, keyValue},
                                  {prefix + "self_attn.v_proj." + kind, keyValue}};
  };
  const auto gateUp = [&](const std::string& kind) {
    return std::vector<NamedRows>{{prefix + "mlp.gate_proj." + kind, config.intermediateSize},
                                  {prefix + "mlp.up_proj." + kind, config.intermediateSize}};
  };
  LayerWeights w;
  w.inputNorm = builder.add({{prefix + "input_layernorm.weight", hidden}}, {});
  w.qkv = builder.add(qkv("weight"), {hidden});
  if (config.qkvBias) w.qkvBias = builder.add(qkv("bias"), {});
  if (config.qkNorm) {
    w.qNorm = builder.add({{prefix + "self_attn.q_norm.weight", config.headDim}}, {});
    w.kNorm = builder.add({{prefix + "self_attn.k_norm.weight", config.headDim}}, {});
  }
  w.output = builder.add({{prefix + "self_attn.o_proj.weight", hidden}}, {query});
  if (config.attentionOutputBias) w.outputBias = builder.add({{prefix + "self_attn.o_proj.bias", hidden}}, {});
  w.postAttentionNorm = builder.add({{prefix + "post_attention_layernorm.weight", hidden}}, {});
  w.gateUp = builder.add(gateUp("weight"), {hidden});
  if (config.mlpBias) w.gateUpBias = builder.add(gateUp("bias"), {});
  w.down = builder.add({{prefix + "mlp.down_proj.weight", hidden}}, {config.intermediateSize});
  if (config.mlpBias) w.downBias = builder.add({{prefix + "mlp.down_proj.bias", hidden}}, {});
  return w;
}

}  // namespace

int64_t Weights::bytes() const {
  int64_t total = 0;
  for (const at::Tensor& parameter : parameters) total += static_cast<int64_t>(parameter.nbytes());
  return total;
}

Weights allocateWeights(const ModelConfig& config, at::TensorOptions options) {
  Weights weights;
  Builder builder{weights, options};
  weights.embedding = builder.add({{"model.embed_tokens.weight", config.vocabSize}}, {config.hiddenSize});
  for (int64_t layer = 0; layer < config.numHiddenLayers; ++layer) {
    weights.layers.push_back(addLayer(builder, config, layer));
  }
  weights.norm = builder.add({{"model.norm.weight", config.hiddenSize}}, {});
  weights.lmHead = config.tieWordEmbeddings ? weights.embedding
                                            : builder.add({{"lm_head.weight", config.vocabSize}}, {config.hiddenSize});
  const char* lmHead = config.tieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
  weights.lmHeadParameter = weights.names[weights.index.at(lmHead)].parameter;
  return weights;
}

Weights cloneWeights(const Weights& weights, const ModelConfig& config) {
  Weights copy = allocateWeights(config, weights.embedding.options().requires_grad(false));
  at::NoGradGuard noGrad;
  for (size_t i = 0; i < copy.parameters.size(); ++i) copy.parameters[i].copy_(weights.parameters[i]);
  return copy;
}

at::Tensor namedView(const std::vector<at::Tensor>& tensors, const NamedTensor& named) {
  return tensors[named.parameter].detach().narrow(0, named.start, named.length);
}

}  // namespace serl
