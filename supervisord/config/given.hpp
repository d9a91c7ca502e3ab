// A configuration that comes with the environment, as containers like it: where no path is named on a command line,
// supervisord and ctl read what these variables say, and the default place only if they say nothing.
//
//   SUPERVISORD_CONFIG   files and directories, separated by ':'
//   SUPERVISORD_TOML     the text of a file; diagnostics call it $SUPERVISORD_TOML
//
//   SUPERVISORD_PROFILE  profiles, separated by ','; these count beside those of the command line
//
// The first two together are one configuration, in this order. An empty variable says nothing.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/paths.hpp"

namespace sup {

inline constexpr std::string_view kConfigVariable = "SUPERVISORD_CONFIG";
inline constexpr std::string_view kTomlVariable = "SUPERVISORD_TOML";
inline constexpr std::string_view kProfileVariable = "SUPERVISORD_PROFILE";
inline constexpr std::string_view kTomlName = "$SUPERVISORD_TOML";  // Stands for the name of a file.

struct GivenConfiguration {
  std::vector<std::string> paths;
  std::string text;  // Empty: none.
  [[nodiscard]] bool is_empty() const { return paths.empty() && text.empty(); }
};
[[nodiscard]] GivenConfiguration given_configuration(const Who& who);
[[nodiscard]] std::vector<std::string> given_profiles(const Who& who);

// What of our environment is for services: a definition may hold secrets of another one, and a supervisord among them
// is to have a configuration of its own.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> without_configuration(
    std::vector<std::pair<std::string, std::string>> environment);

}  // namespace sup
