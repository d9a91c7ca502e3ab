// The starts over time, as SVG: https://www.w3.org/TR/SVG11/
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "base/text.hpp"
#include "ctl/start_times.hpp"

namespace sup::ctl {
namespace {

using wire::StartRecord;
using wire::StartTimesReply;

// In pixels.
constexpr int kLabels = 240;
constexpr int kTimes = 900;
constexpr int kRow = 22;
constexpr int kHead = 76;
constexpr int kMargin = 20;

// The parts of a start, in their order.
struct Part {
  std::string_view name;
  std::string_view color;
};
constexpr Part kWaits{"waits for others", "#cfd8dc"};
constexpr Part kPrepares{"hooks and spawn", "#ffcc80"};
constexpr Part kBecomesReady{"becomes ready", "#64b5f6"};
constexpr Part kFails{"did not become ready", "#e57373"};
constexpr auto kParts = std::array{kWaits, kPrepares, kBecomesReady, kFails};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string human_us(std::int64_t us) { return human_duration(std::chrono::microseconds{us}); }

// Which time the drawing shows.
struct Scale {
  std::int64_t first = 0;
  std::int64_t last = 1;
  [[nodiscard]] double x(std::int64_t us) const {
    return kLabels +
           static_cast<double>(us - first) * kTimes / static_cast<double>(std::max<std::int64_t>(last - first, 1));
  }
};

std::int64_t end_of(const StartTimesReply& reply, const StartRecord& start) {
  return start.ended_us.value_or(reply.now_us);
}

Scale scale_of(const StartTimesReply& reply, const std::vector<const StartRecord*>& starts) {
  Scale scale;
  if (starts.empty()) return scale;
  scale = {starts.front()->asked_us, starts.front()->asked_us + 1};
  for (const StartRecord* start : starts) scale.last = std::max(scale.last, end_of(reply, *start));
  return scale;
}

std::string bar(const Scale& scale, int y, std::int64_t from, std::int64_t to, const Part& part) {
  if (to <= from) return "";
  return fmt::format(
      "<rect x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" height=\"{}\" fill=\"{}\"><title>{}: {}</title></rect>\n",
      scale.x(from), y + 3, std::max(scale.x(to) - scale.x(from), 0.5), kRow - 6, part.color, part.name,
      human_us(to - from));
}

std::string row(const StartTimesReply& reply, const Scale& scale, int y, const StartRecord& start) {
  const std::int64_t end = end_of(reply, start);
  const std::int64_t allowed = start.allowed_us.value_or(end);
  const std::int64_t spawned = std::clamp(start.spawned_us.value_or(end), allowed, end);
  const bool has_failed = start.ended_us && !start.ready;
  std::string out = fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", kLabels - 8, y + 15,
                                escaped(start.service));
  out += bar(scale, y, start.asked_us, allowed, kWaits);
  out += bar(scale, y, allowed, spawned, has_failed && !start.spawned_us ? kFails : kPrepares);
  out += bar(scale, y, spawned, end, has_failed ? kFails : kBecomesReady);
  const std::string_view mark = has_failed ? " (not ready)"
                                           : (start.ended_us     ? ""
                                              : start.allowed_us ? " ..."
                                                                 : " (waits)");
  return out + fmt::format("<text x=\"{:.2f}\" y=\"{}\" class=\"took\">{}{}</text>\n", scale.x(end) + 4, y + 15,
                           human_us(end - allowed), mark);
}

// 1, 2 or 5 times a power of ten, so that there are at most ten of them.
std::int64_t tick_of(const Scale& scale) {
  constexpr int kTicks = 10;
  const std::int64_t least = (scale.last - scale.first) / kTicks + 1;
  std::int64_t power = 1;
  while (10 * power < least) power *= 10;
  for (const int factor : {1, 2, 5})
    if (power * factor >= least) return power * factor;
  return 10 * power;
}

std::string axis(const Scale& scale, int bottom) {
  std::string out;
  const std::int64_t tick = tick_of(scale);
  for (std::int64_t us = (scale.first + tick - 1) / tick * tick; us <= scale.last; us += tick)
    out += fmt::format(
        "<line x1=\"{0:.2f}\" y1=\"{1}\" x2=\"{0:.2f}\" y2=\"{2}\"/><text x=\"{0:.2f}\" y=\"{3}\" "
        "text-anchor=\"middle\">{4}</text>\n",
        scale.x(us), kHead - 4, bottom, kHead - 8, human_us(us));
  return out;
}

std::string legend() {
  std::string out;
  int x = kLabels;
  for (const Part& part : kParts) {
    out += fmt::format(
        "<rect x=\"{}\" y=\"36\" width=\"12\" height=\"12\" fill=\"{}\"/><text x=\"{}\" y=\"46\">{}</text>\n", x,
        part.color, x + 17, part.name);
    x += 170;
  }
  return out;
}

}  // namespace

std::string render_plot(const StartTimesReply& reply) {
  std::vector<const StartRecord*> starts;
  for (const StartRecord& start : reply.starts) starts.push_back(&start);
  std::ranges::sort(starts, {},
                    [](const StartRecord* s) { return std::tuple(s->asked_us, s->allowed_us, s->service); });
  const Scale scale = scale_of(reply, starts);
  const int bottom = kHead + kRow * static_cast<int>(starts.size());
  const int width = kLabels + kTimes + 4 * kMargin, height = bottom + kMargin;
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n"
      "<style>line {{ stroke: #e0e0e0; }} .took {{ fill: #616161; font-size: 11px; }}</style>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      "<text x=\"{2}\" y=\"22\" font-size=\"15\" font-weight=\"bold\">{3} in {4}</text>\n",
      width, height, kLabels, counted(starts.size(), "start"), human_us(starts.empty() ? 0 : scale.last - scale.first));
  out += legend() + axis(scale, bottom);
  int y = kHead;
  for (const StartRecord* start : starts) {
    out += row(reply, scale, y, *start);
    y += kRow;
  }
  return out + "</svg>\n";
}

}  // namespace sup::ctl
