// A service that no file defines: from words of a command line, by the same rows as files.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// A setting as a line of TOML. "nice=5": the value is taken as TOML if it is, and else as a string.
// Errors: invalid, if there is no "=" or the key is none.
[[nodiscard]] Result<std::string> setting_line(std::string_view word);
// The same for a value that is a string in any case. `keys` are the parts of the key: {"env", "PATH"}.
[[nodiscard]] std::string string_setting(std::span<const std::string_view> keys, std::string_view value);

// The settings of a service of this name, which runs `argv` and is not started again unless the lines say so. It may
// name the services `others`, but not be put before one: those did not wait for it when they were started. They are
// sorted by name.
// Errors: invalid, with all that is wrong, each by its key.
[[nodiscard]] Result<ServiceSpec> transient_spec(const std::string& name, std::span<const std::string> lines,
                                                 std::span<const std::string_view> argv,
                                                 std::span<const NamedService* const> others);

// The settings of a service from the table that to_toml() has made of it. Nothing is checked again but each value by
// itself. Errors: invalid.
[[nodiscard]] Result<ServiceSpec> recall_service(const std::string& name, std::string_view toml);

}  // namespace sup
