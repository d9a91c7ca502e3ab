#include "ctl/text_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

namespace sup::ctl {
namespace {

using Lines = std::vector<std::string_view>;

// Context around what differs.
constexpr std::size_t kContext = 3;
// Beyond so many pairs of lines they are not compared one by one: all old ones go, all new ones come.
constexpr std::size_t kMostPairs = 4'000'000;

Lines lines_of(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t length = end == text.npos ? text.size() : end + 1;
    out.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

// One line of the difference: it stays (' '), goes ('-') or comes ('+').
struct Step {
  char sign;
  std::string_view line;
};

void add_all(std::vector<Step>& out, char sign, std::span<const std::string_view> lines) {
  for (const std::string_view line : lines) out.push_back({sign, line});
}

// By the longest common subsequence.
void compare(std::span<const std::string_view> old_lines, std::span<const std::string_view> new_lines,
             std::vector<Step>& out) {
  const std::size_t width = new_lines.size() + 1;
  if (old_lines.size() * new_lines.size() > kMostPairs) {
    add_all(out, '-', old_lines);
    return add_all(out, '+', new_lines);
  }
  // How many lines the two have in common from here on.
  std::vector<std::uint32_t> common((old_lines.size() + 1) * width, 0);
  for (std::size_t i = old_lines.size(); i-- > 0;)
    for (std::size_t k = new_lines.size(); k-- > 0;)
      common[i * width + k] = old_lines[i] == new_lines[k]
                                  ? common[(i + 1) * width + k + 1] + 1
                                  : std::max(common[(i + 1) * width + k], common[i * width + k + 1]);
  std::size_t i = 0, k = 0;
  while (i < old_lines.size() && k < new_lines.size()) {
    if (old_lines[i] == new_lines[k]) {
      out.push_back({' ', old_lines[i]});
      ++i, ++k;
    } else if (common[(i + 1) * width + k] >= common[i * width + k + 1]) {
      out.push_back({'-', old_lines[i++]});
    } else {
      out.push_back({'+', new_lines[k++]});
    }
  }
  add_all(out, '-', old_lines.subspan(i));
  add_all(out, '+', new_lines.subspan(k));
}

// What both begin and end with is not compared.
std::vector<Step> steps_between(std::span<const std::string_view> old_lines,
                                std::span<const std::string_view> new_lines) {
  const std::size_t most = std::min(old_lines.size(), new_lines.size());
  std::size_t front = 0, back = 0;
  while (front < most && old_lines[front] == new_lines[front]) ++front;
  while (back < most - front && old_lines[old_lines.size() - 1 - back] == new_lines[new_lines.size() - 1 - back])
    ++back;
  std::vector<Step> out;
  add_all(out, ' ', old_lines.first(front));
  compare(old_lines.subspan(front, old_lines.size() - front - back),
          new_lines.subspan(front, new_lines.size() - front - back), out);
  add_all(out, ' ', old_lines.last(back));
  return out;
}

struct Hunk {
  std::size_t begin, end;  // Of the steps.
};

// Differences with their context; what would overlap is one.
std::vector<Hunk> hunks_of(std::span<const Step> steps) {
  std::vector<Hunk> out;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].sign == ' ') continue;
    const std::size_t begin = i < kContext ? 0 : i - kContext;
    const std::size_t end = std::min(steps.size(), i + 1 + kContext);
    if (!out.empty() && out.back().end >= begin)
      out.back().end = end;
    else
      out.push_back({begin, end});
  }
  return out;
}

// "12,3"; in front of an empty range stands the line before it.
std::string range(std::size_t before, std::size_t count) {
  return fmt::format("{},{}", count == 0 ? before : before + 1, count);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view name) {
  if (before == after) return {};
  const Lines old_lines = lines_of(before);
  const Lines new_lines = lines_of(after);
  const std::vector<Step> steps = steps_between(old_lines, new_lines);
  std::string out = fmt::format("--- {0}\n+++ {0}\n", name);
  std::size_t at = 0, old_passed = 0, new_passed = 0;
  const auto count = [&](std::size_t begin, std::size_t end, char left_out) {
    return static_cast<std::size_t>(std::count_if(steps.begin() + static_cast<std::ptrdiff_t>(begin),
                                                  steps.begin() + static_cast<std::ptrdiff_t>(end),
                                                  [&](const Step& step) { return step.sign != left_out; }));
  };
  for (const Hunk& hunk : hunks_of(steps)) {
    old_passed += count(at, hunk.begin, '+');
    new_passed += count(at, hunk.begin, '-');
    const std::size_t old_count = count(hunk.begin, hunk.end, '+');
    const std::size_t new_count = count(hunk.begin, hunk.end, '-');
    out += fmt::format("@@ -{} +{} @@\n", range(old_passed, old_count), range(new_passed, new_count));
    for (const Step& step : std::span(steps).subspan(hunk.begin, hunk.end - hunk.begin)) {
      out += step.sign + std::string(step.line);
      if (!step.line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
    }
    old_passed += old_count;
    new_passed += new_count;
    at = hunk.end;
  }
  return out;
}

}  // namespace sup::ctl
