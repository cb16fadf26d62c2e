#pragma once
#include <string>

namespace serl {

// An instruction set that the CPU kernels were compiled for and this processor lacks; empty when all is well.
std::string missingInstructionSet();

}  // namespace serl
