#include "base/version.hpp"

namespace sup {

std::string_view program_version() noexcept { return SUP_VERSION; }

}  // namespace sup
