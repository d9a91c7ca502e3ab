// A secret of others as one of `credentials`.
#pragma once

#include <string>
#include <string_view>

#include "import/model.hpp"

namespace sup::imports {

// Adds the file to `credentials`. What keeps it from being one of them, else nothing.
[[nodiscard]] std::string add_credential(ValueTable& settings, std::string_view name, const std::string& path);

}  // namespace sup::imports
