#include "core/backend.h"

#include "core/cpu/backend.h"
#include "core/device.h"
#include "core/portable/backend.h"

namespace serl {

std::unique_ptr<Backend> chooseBackend(const BackendChoice& choice, const ModelConfig& config, Context& context) {
  requireDevice(choice.device);
  if (choice.portable || !choice.device.is_cpu())
    return std::make_unique<portable::PortableBackend>(config, choice.device, context);
  if (choice.dtype == at::kFloat) return std::make_unique<cpu::FloatBackend>(config, choice.device, context);
  return std::make_unique<cpu::WideningBackend>(config, choice.device, context);
}

}  // namespace serl
