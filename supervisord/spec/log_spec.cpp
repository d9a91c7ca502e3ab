#include "spec/log_spec.hpp"

#include <algorithm>

namespace sup {
namespace {

constexpr std::string_view kNamed = "{name} |{mark}{line}";
constexpr std::string_view kTimed = "{time} {name} |{mark}{line}";

const LogTemplate& first_written(const LogTemplate& a, const LogTemplate& b) { return a.text.empty() ? b : a; }

}  // namespace

bool goes_to(const LogSpec& log, LogTo to) { return log.to == to || std::ranges::find(log.also, to) != log.also.end(); }

ChosenFormat chosen_format(const LogSpec& log, const LogFormatDefaults& defaults, LogTo to) {
  LogFormat format = log.format;
  if (format == LogFormat::automatic) format = log.template_.text.empty() ? defaults.format : LogFormat::text;
  const bool is_open = format == LogFormat::automatic;
  if (is_open) {
    const bool is_text = to == LogTo::standard_output || log.time.is_written() || !defaults.template_.text.empty();
    format = is_text ? LogFormat::text : LogFormat::raw;
  }
  if (format != LogFormat::text) return {format, {}};
  LogTemplate chosen = first_written(log.template_, defaults.template_);
  if (chosen.text.empty()) chosen.text = is_open && !log.time.is_written() ? kNamed : kTimed;
  return {format, std::move(chosen)};
}

}  // namespace sup
