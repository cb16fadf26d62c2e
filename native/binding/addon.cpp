#include "binding/exports.h"

namespace serl {

NODE_API_MODULE(serl, exportAddon)

}  // namespace serl
