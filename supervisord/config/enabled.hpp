// What `ctl enable` and `ctl disable` have decided: kept in the state directory beyond the life of supervisord, and put
// over the setting `enabled` of the definitions when they are read.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// In the state directory: TOML, one service per line: web = { enabled = false, at-ms = 1795941360000, by = "root" }.
// "web = false" alone says the same of somebody at some time.
inline constexpr std::string_view kEnabledName = "enabled.toml";
inline constexpr std::size_t kMaxEnabledBytes = 4 << 20;

struct EnabledChoice {
  bool is_enabled = true;
  std::optional<std::int64_t> at_ms;  // When, in Unix milliseconds.
  std::optional<std::string> by;      // The name of a user, or "uid 1000" if that has none.
};
// By service. Who is not there is as its definition says.
using EnabledChoices = std::map<std::string, EnabledChoice, std::less<>>;

// No file: no choices. Errors: denied, sys; invalid with the line, if it is not what we write.
[[nodiscard]] Result<EnabledChoices> load_enabled(const std::string& state_dir);

// Notes the choice of this user for these services; the others stay as they are. Asks the account database for his
// name, which may take long. On the disk when it returns. Several may do so at
// once. Errors: as load_enabled, and what keeps the file from being written; then nothing has changed.
[[nodiscard]] Result<EnabledChoices> choose_enabled(const std::string& state_dir, std::span<const std::string> services,
                                                    bool is_enabled, std::uint32_t uid);

// The definitions as they are with the choices.
void apply_enabled(const EnabledChoices& choices, std::vector<NamedService>& services);

// Whether these services can be enabled beside those that are: of two that conflict only one may be. Errors: invalid,
// naming both.
[[nodiscard]] Result<> check_enabled(std::span<const NamedService* const> services,
                                     std::span<const std::string> to_enable);

}  // namespace sup
