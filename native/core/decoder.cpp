#include "core/decoder.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <functional>

#include "core/capsule.h"

namespace serl {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Shared by all layers of a forward pass.
struct Pass {
  const Backend& backend;
  const Attend& attend;
  RotaryTable rotary;
};

at::Tensor attentionBlock(const Pass& pass, const LayerWeights& w, int64_t layer, const at::Tensor& x) {
  const Backend& backend = pass.backend;
  const at::Tensor qkv = backend.normLinear(x, w.inputNorm, w.qkv, w.qkvBias);  // [T, (heads + 2 kvHeads) * headDim]
  const auto [q, k, v] = backend.splitAndRotate(qkv, w, pass.rotary);
  return backend.linear(pass.attend(layer, q, k, v), w.output, w.outputBias);
}

at::Tensor mlpBlock(const Pass& pass, const LayerWeights& w, const at::Tensor& x) {
  const at::Tensor gateUp =
      pass.backend.normLinear(x, w.postAttentionNorm, w.gateUp, w.gateUpBias);  // [T, 2 * intermediate]
  return pass.backend.swigluLinear(gateUp, w.down, w.downBias);
}

at::Tensor decoderLayer(const Pass& pass, const LayerWeights& w, int64_t layer, const at::Tensor& x) {
  const at::Tensor attended = x + attentionBlock(pass, w, layer, x);
  return attended + mlpBlock(pass, w, attended);
}

using Layer = std::function<at::Tensor(const at::Tensor&)>;

struct Checkpointed : torch::autograd::Function<Checkpointed> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const Layer& layer) {
    ctx->save_for_backward({x});
    ctx->saved_data["layer"] = keep(layer);
    return layer(x);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const at::AutoGradMode again(true);
    const at::Tensor x = ctx->get_saved_variables()[0].detach().set_requires_grad(true);
    dataOf<Layer>(ctx->saved_data["layer"])(x).backward(grads[0]);
    return {x.grad(), {}};
  }
};

// Layer by layer, each run by `step`.
template <typename Step>
at::Tensor forwardThrough(const Backend& backend, const Weights& weights, const DecoderInput& input, const Step& step) {
  at::Tensor x = backend.embedding(weights.embedding, input.tokens);  // [T, hidden]
  const Pass pass{.backend = backend,
                  .attend = input.attend,
                  .rotary = rotaryTable(backend.config, input.positions, x.scalar_type())};
  for (size_t layer = 0; layer < weights.layers.size(); ++layer)
    x = step(pass, weights.layers[layer], static_cast<int64_t>(layer), x);
  return backend.rmsNorm(x, weights.norm);
}

}  // namespace

at::Tensor decoderForward(const Backend& backend, const Weights& weights, const DecoderInput& input) {
  return forwardThrough(backend, weights, input, decoderLayer);
}

at::Tensor checkpointedForward(const Backend& backend, const Weights& weights, const DecoderInput& input) {
  return forwardThrough(
      backend, weights, input, [](const Pass& pass, const LayerWeights& w, int64_t layer, const at::Tensor& x) {
        return Checkpointed::apply(
            x, [pass, &w, layer](const at::Tensor& layerInput) { return decoderLayer(pass, w, layer, layerInput); });
      });
}

}  // namespace serl
