// The template of lines in text: what stands around a line when it is written.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.hpp"

namespace sup {

// As the user wrote it; empty: not written.
struct LogTemplate {
  std::string text;
  friend bool operator==(const LogTemplate&, const LogTemplate&) = default;
};

// What a placeholder stands for.
enum class LogSlot : std::uint8_t { literal, time, service, instance, name, stream, pid, run, mark, line };
template <>
inline constexpr auto kEnumNames<LogSlot> = std::array{
    EnumName{LogSlot::time, "time", "When the line was read, as log.time says."},
    EnumName{LogSlot::service, "service", "The service."},
    EnumName{LogSlot::instance, "instance", "The number of the instance, from 1."},
    EnumName{LogSlot::name, "name",
             "The instance as ctl calls it: worker@2, or the service's name if it is the only one."},
    EnumName{LogSlot::stream, "stream", "stdout or stderr."},
    EnumName{LogSlot::pid, "pid", "The process that was started."},
    EnumName{LogSlot::run, "run", "The number of the run."},
    EnumName{LogSlot::mark, "mark", "+ if this goes on with the line above, else a blank."},
    EnumName{LogSlot::line, "line", "The line."},
};

struct LogPiece {
  LogSlot slot = LogSlot::literal;
  std::string text = {};  // Of a literal.
  friend bool operator==(const LogPiece&, const LogPiece&) = default;
};

struct TemplateMistake {
  std::string what;  // "unknown placeholder '{lin}'"
  std::string hint;  // "did you mean '{line}'?"
};

// "{time} {service} | {line}"; "{{" and "}}" are braces. A template has {line} once, and no line end.
[[nodiscard]] std::expected<std::vector<LogPiece>, TemplateMistake> parse_template(std::string_view text);

}  // namespace sup
