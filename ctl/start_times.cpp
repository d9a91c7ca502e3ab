// `ctl blame`, `ctl critical-chain`, `ctl plot`.
#include "ctl/start_times.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "sys/env.hpp"

namespace sup::ctl {
namespace {

using wire::StartRecord;
using wire::StartTimesReply;

std::string human_us(std::int64_t us) { return human_duration(std::chrono::microseconds{us}); }

std::int64_t waited_us(const StartTimesReply& reply, const StartRecord& start) {
  return start.allowed_us.value_or(start.ended_us.value_or(reply.now_us)) - start.asked_us;
}

std::string note_on(const StartRecord& start) {
  if (!start.allowed_us && start.ended_us) return "was not begun";
  if (!start.allowed_us) return start.held_by ? fmt::format("waits for {}", visible(*start.held_by)) : "waits";
  if (!start.ended_us) return "is starting";
  if (!start.ready) return "did not become ready";
  return start.held_by ? fmt::format("after {}", visible(*start.held_by)) : "";
}

TableRow blame_row(const StartTimesReply& reply, const StartRecord& start) {
  return {{human_us(took_us(reply, start))},
          {human_us(waited_us(reply, start))},
          {"+" + human_us(start.asked_us), Style::faint},
          {start.service},
          {start.state, style_of_status(start.status)},
          {note_on(start)}};
}

// What it waited for beyond the start that held it: a place among those that may start at once, or one that it
// conflicts with.
std::string idle_note(const StartRecord& start, const StartRecord* before) {
  constexpr std::int64_t kWorthTelling = 1'000;
  if (!start.allowed_us) return "";
  const std::int64_t free_us = std::max(start.asked_us, before != nullptr ? before->ended_us.value_or(0) : 0);
  const std::int64_t idle = *start.allowed_us - free_us;
  if (idle < kWorthTelling || (start.held_by && before == nullptr)) return "";
  return fmt::format("  (then waited {} for its turn)", human_us(idle));
}

std::string chain_line(const StartTimesReply& reply, std::size_t at, Paint paint) {
  const StartRecord& start = reply.starts[at];
  const StartRecord* before = at + 1 < reply.starts.size() ? &reply.starts[at + 1] : nullptr;
  const std::string when = start.allowed_us
                               ? fmt::format("@{} +{}", human_us(*start.allowed_us), human_us(took_us(reply, start)))
                               : fmt::format("waits since {}", human_us(waited_us(reply, start)));
  const std::string branch = at == 0 ? "" : std::string(3 * (at - 1), ' ') + "└─ ";
  const std::string bad = !start.ended_us && start.allowed_us ? "  is starting"
                          : start.ended_us && !start.ready    ? "  did not become ready"
                                                              : "";
  return fmt::format("{}{} {}{}{}\n", branch, styled(visible(start.service), Style::title, paint), when, bad,
                     idle_note(start, before));
}

std::string chain_title(const StartRecord& end) {
  if (end.ready && end.ended_us)
    return fmt::format("{} was ready {} after supervisord had started\n", end.service, human_us(*end.ended_us));
  return fmt::format("{} is not ready: {}\n", end.service, end.state);
}

}  // namespace

std::int64_t took_us(const StartTimesReply& reply, const StartRecord& start) {
  if (!start.allowed_us) return 0;
  return start.ended_us.value_or(reply.now_us) - *start.allowed_us;
}

std::string render_blame(const StartTimesReply& reply, std::optional<unsigned> width, Paint paint) {
  std::vector<const StartRecord*> starts;
  for (const StartRecord& start : reply.starts) starts.push_back(&start);
  std::ranges::sort(starts, {},
                    [&](const StartRecord* start) { return std::pair(-took_us(reply, *start), start->service); });
  constexpr std::string_view kTitles[] = {"TOOK", "WAITED", "BEGAN", "SERVICE", "STATE", "NOTE"};
  std::vector<TableRow> rows;
  for (const StartRecord* start : starts) rows.push_back(blame_row(reply, *start));
  return render_table(kTitles, rows, width, paint);
}

std::string render_chain(const StartTimesReply& reply, bool is_of_boot, Paint paint) {
  if (reply.starts.empty())
    return is_of_boot ? "nothing was started at boot, or all of it again since; name a service\n"
                      : "nothing has been started\n";
  std::string out = chain_title(reply.starts.front());
  for (std::size_t at = 0; at < reply.starts.size(); ++at) out += chain_line(reply, at, paint);
  const StartRecord& last = reply.starts.back();
  if (last.held_by && last.allowed_us)
    out += fmt::format("It waited for {}, which has been started again since.\n", visible(*last.held_by));
  return out;
}

int run_start_times(Context& context) {
  auto reply = ask<StartTimesReply>(context);
  if (!reply) return report(context, reply.error());
  // A restart hours later would make all else too small to be seen.
  if (context.call.row->verb == wire::Verb::plot && !context.call.arguments.has("names"))
    std::erase_if(reply->starts, [](const StartRecord& start) { return !start.boot; });
  const auto width = context.out.is_terminal() ? sys::terminal_columns(STDOUT_FILENO) : std::nullopt;
  if (context.wants_json())
    print_json(context, *reply);
  else if (context.call.row->verb == wire::Verb::plot)
    context.out.write(render_plot(*reply));
  else if (context.call.row->verb == wire::Verb::critical_chain)
    context.out.write(render_chain(*reply, !context.call.arguments.has("name"), context.out.paint()));
  else
    context.out.write(render_blame(*reply, width, context.out.paint()));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
