// Lines of supervisord's own log, for those who write some: OwnLog says where they go. That it is spdlog which writes
// them is known to own_log.cpp alone, since each file that includes spdlog takes seconds to compile.
#pragma once

#include <fmt/core.h>

#include "spec/daemon_spec.hpp"

namespace sup::say {

// One line, formatted only if the log has this level. As the fmt library: what is wrong with the format does not
// compile.
void write(LogLevel level, fmt::string_view format, fmt::format_args args);

template <class... Args>
void at(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  write(level, format, fmt::make_format_args(args...));
}
template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  write(LogLevel::debug, format, fmt::make_format_args(args...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(LogLevel::info, format, fmt::make_format_args(args...));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  write(LogLevel::warning, format, fmt::make_format_args(args...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(LogLevel::error, format, fmt::make_format_args(args...));
}

}  // namespace sup::say
