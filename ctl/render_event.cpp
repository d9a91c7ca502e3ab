#include "ctl/render_event.hpp"

#include <fmt/format.h>

#include "ctl/context.hpp"
#include "ctl/render_table.hpp"

namespace sup::ctl {

std::string render_event(const wire::EventRecord& event, Paint paint) {
  std::string out = styled(fmt::format("#{} {} ", event.seq, local_time(event.time)), Style::faint, paint);
  out += styled(visible(event.service.value_or("supervisord")), Style::title, paint);
  if (event.from && event.to)
    out += fmt::format(": {} -> {}", *event.from, *event.to);
  else
    out += fmt::format(": {}", event.to.value_or(event.kind));
  if (event.why) out += fmt::format(": {}", visible(*event.why));
  if (event.cause && !event.cause->empty()) out += fmt::format(" ({})", visible(*event.cause));
  if (event.pid) out += fmt::format(" (pid {})", *event.pid);
  out += '\n';
  for (const std::string& line : event.last_lines) out += fmt::format("  | {}\n", visible(line));
  return out;
}

}  // namespace sup::ctl
