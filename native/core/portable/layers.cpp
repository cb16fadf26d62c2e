#include "core/portable/layers.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace serl::portable {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// A frequent token's gradient is a long sum, which stops growing in bfloat16: summed in float32, rounded once.
struct Embedding : torch::autograd::Function<Embedding> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& weight, const at::Tensor& tokens) {
    ctx->save_for_backward({tokens});
    ctx->saved_data["vocabulary"] = weight.size(0);
    return at::embedding(weight, tokens);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const at::Tensor sum = at::embedding_dense_backward(grads[0].to(at::kFloat), ctx->get_saved_variables()[0],
                                                        ctx->saved_data["vocabulary"].toInt(),
                                                        /*padding_idx=*/-1, /*scale_grad_by_freq=*/false);
    return {sum.to(grads[0].scalar_type()), {}};
  }
};

}  // namespace

at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor scale = at::rsqrt(wide.square().mean(-1, /*keepdim=*/true) + eps);
  return (wide * scale).to(x.scalar_type()) * weight;
}

at::Tensor swiglu(const at::Tensor& gateUp) {
  const int64_t intermediate = gateUp.size(-1) / 2;
  return at::silu(gateUp.narrow(-1, 0, intermediate)) * gateUp.narrow(-1, intermediate, intermediate);
}

at::Tensor applyRotary(const at::Tensor& x, const RotaryTable& table) {
  const int64_t half = x.size(-1) / 2;
  const at::Tensor first = x.narrow(-1, 0, half), second = x.narrow(-1, half, half);
  return at::cat({first * table.cos - second * table.sin, second * table.cos + first * table.sin}, -1);
}

at::Tensor embedding(const at::Tensor& weight, const at::Tensor& tokens) { return Embedding::apply(weight, tokens); }

}  // namespace serl::portable
