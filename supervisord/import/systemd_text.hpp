// Values of systemd's options: specifiers, words, command lines, times, sizes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "import/unit_file.hpp"

namespace sup::imports {

// %i, %n and so on replaced; %% is a percent sign. Errors: invalid, for what is only known when the service starts.
[[nodiscard]] Result<std::string> expand_specifiers(std::string_view text, const UnitName& unit);

// Words with quotes and C escapes, as in Environment=. Errors: invalid.
[[nodiscard]] Result<std::vector<std::string>> systemd_words(std::string_view text);

// One command of ExecStart= and the like.
struct ExecCommand {
  bool may_fail = false;       // "-"
  bool is_privileged = false;  // "+", "!"
  bool has_own_name = false;   // "@": the second word was argv[0], and is left out.
  bool expands = true;         // Not ":".
  std::vector<std::string> words;
  [[nodiscard]] bool has_variables() const;
};
// Errors: invalid.
[[nodiscard]] Result<ExecCommand> exec_command(std::string_view text, const UnitName& unit);

// What a shell does the same with: variables are expanded, and who may fail does not.
[[nodiscard]] std::string shell_line(const ExecCommand& command);
// As a command of ours: the words alone, or a shell where it needs one.
[[nodiscard]] std::vector<std::string> command_of(const ExecCommand& command);
// One command that runs them one after the other until one fails.
[[nodiscard]] std::vector<std::string> command_of(const std::vector<ExecCommand>& commands);

// "5min 20s", "90" (seconds), "infinity" (kForever). Nothing if it is none.
inline constexpr Duration kForever = std::chrono::hours{24 * 366};
[[nodiscard]] std::optional<Duration> time_span(std::string_view text);
// "512M" (1024-based), as we write sizes; "infinity" is "unlimited", "10%" stays.
[[nodiscard]] std::optional<std::string> systemd_size(std::string_view text);

}  // namespace sup::imports
