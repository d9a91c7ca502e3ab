#include "ctl/log_splice.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "wire/base64.hpp"

namespace sup::ctl {
namespace {

SeenLine seen(const wire::LogRecord& record) {
  return {std::hash<std::string>{}(wire::line_of(record)), record.time, record.stream};
}

// How well the lines before `end` are the last ones of `shown`.
struct Match {
  std::size_t lines = 0;
  std::size_t same_times = 0;
  bool is_whole = false;  // As far as both sides go back.
  [[nodiscard]] bool is_worse_than(const Match& other) const {
    return std::pair(lines, same_times) < std::pair(other.lines, other.same_times);
  }
};

Match match(std::span<const SeenLine> shown, std::span<const SeenLine> offered) {
  const std::size_t most = std::min(shown.size(), offered.size());
  Match out;
  while (out.lines < most) {
    const SeenLine& a = shown[shown.size() - 1 - out.lines];
    const SeenLine& b = offered[offered.size() - 1 - out.lines];
    if (a.hash != b.hash) break;
    ++out.lines;
    if (a.time && a.time == b.time) ++out.same_times;
  }
  out.is_whole = out.lines == most;
  return out;
}

// The same words at another time are another line, unless all else fits, too: a line that was read by one manager and
// kept by the next has the time of the next.
bool is_by_chance(const Match& match, const SeenLine& shown, const SeenLine& offered) {
  return !match.is_whole && shown.time && offered.time && shown.time != offered.time;
}

}  // namespace

std::optional<std::size_t> find_end_of(std::span<const SeenLine> shown, std::span<const SeenLine> offered) {
  std::optional<std::size_t> found;
  Match best;
  for (std::size_t end = 1; !shown.empty() && end <= offered.size(); ++end) {
    const Match here = match(shown, offered.first(end));
    if (here.lines == 0 || is_by_chance(here, shown.back(), offered[end - 1]) || (found && here.is_worse_than(best)))
      continue;
    best = here;
    found = end;
  }
  return found;
}

// The lines of one service, or of one of its streams if each line says its stream.
struct LogSplice::Group {
  std::string service;
  std::vector<std::size_t> lines = {};  // Of those that are held.
  std::vector<SeenLine> shown = {};
  std::size_t begin = 0;  // Where new ones begin.
  bool is_found = false;  // By what was shown last, not only by time.
  bool has_times = true;  // Each of its lines.
};

wire::Arguments LogSplice::arguments() {
  const bool goes_on = std::exchange(has_asked_, true) && (has_caught_up_ || !shown_.empty());
  held_.clear();
  is_splicing_ = goes_on;
  wire::Arguments out = arguments_;
  if (!goes_on) return out;
  if (std::exchange(must_look_further_, false)) look_ = std::min(look_ * kFurther, kLastLook);
  out.set("lines", look_);
  if (run_.value_or(0) > 0 && out.has("run")) out.set("run", *run_);
  return out;
}

std::vector<wire::LogRecord> LogSplice::take(wire::LogsReply batch, Last last) {
  const bool is_complete = batch.caught_up || last == Last::yes;
  std::vector<wire::LogRecord> out = std::move(batch.records);
  if (is_splicing_) {
    std::ranges::move(out, std::back_inserter(held_));
    if (!is_complete) return {};
    out = splice();
    if (must_look_further_) return {};
    is_splicing_ = false;
    look_ = kFirstLook;
  }
  if (is_complete) has_caught_up_ = true;
  for (const wire::LogRecord& record : out) note(record);
  return out;
}

void LogSplice::note(const wire::LogRecord& record) {
  if (record.run) run_ = run_.value_or(*record.run) == *record.run ? *record.run : 0;
  std::deque<SeenLine>& lines = shown_[record.service].lines;
  lines.push_back(seen(record));
  if (lines.size() > kKept) lines.pop_front();
}

std::vector<LogSplice::Group> LogSplice::groups() const {
  std::map<std::string, bool> tells_stream;
  for (const wire::LogRecord& record : held_)
    tells_stream.emplace(record.service, true).first->second &= record.stream.has_value();
  std::map<std::pair<std::string, std::string>, Group> groups;
  for (std::size_t at = 0; at < held_.size(); ++at) {
    const wire::LogRecord& record = held_[at];
    const std::string stream = tells_stream.at(record.service) ? *record.stream : "";
    Group& group = groups[{record.service, stream}];
    group.lines.push_back(at);
    group.has_times &= record.time.has_value();
    if (group.lines.size() > 1) continue;
    group.service = record.service;
    if (const auto shown = shown_.find(record.service); shown != shown_.end())
      for (const SeenLine& line : shown->second.lines)
        if (stream.empty() || !line.stream || line.stream == stream) group.shown.push_back(line);
  }
  std::vector<Group> out;
  for (auto& [key, group] : groups) out.push_back(std::move(group));
  return out;
}

void LogSplice::find(Group& group) const {
  const auto end = find_end_of(group.shown, offered(group));
  group.is_found = end.has_value();
  group.begin = end.value_or(0);
}

std::vector<SeenLine> LogSplice::offered(const Group& group) const {
  std::vector<SeenLine> out;
  for (const std::size_t at : group.lines) out.push_back(seen(held_[at]));
  return out;
}

// Who has shown nothing yet has no place, either. `reaches_back`: lines that are older than all that is new are among
// what is held, so nothing is missing in front of a group that is all new.
void LogSplice::place_by_time(Group& group, bool reaches_back) {
  const std::vector<SeenLine> lines = offered(group);
  std::optional<std::int64_t> newest;
  for (const SeenLine& line : group.shown) newest = std::max(newest, line.time);
  const std::int64_t after = group.shown.empty() ? began_ - 1 : newest.value_or(began_);
  const auto is_new = [&](const SeenLine& line) { return line.time && *line.time > after; };
  const auto first = std::ranges::find_if(lines, is_new);
  group.begin = static_cast<std::size_t>(first - lines.begin());
  const bool is_all_new = group.begin == 0;
  if (is_all_new && group.has_times && reaches_back) return;
  const bool may_lack = is_all_new || !group.shown.empty();
  if (may_lack && std::cmp_greater_equal(held_.size(), look_) && look_ < kLastLook)
    must_look_further_ = true;
  else if (!group.shown.empty())
    doubtful_.push_back(group.service);
}

std::vector<wire::LogRecord> LogSplice::splice() {
  std::vector<Group> groups = this->groups();
  for (Group& group : groups) find(group);
  const bool reaches_back =
      std::ranges::any_of(groups, [](const Group& group) { return group.is_found && group.has_times; });
  std::size_t known_until = 0;  // The last line that was shown before, of all.
  for (Group& group : groups) {
    if (!group.is_found) place_by_time(group, reaches_back);
    if (!group.shown.empty() && group.begin > 0) known_until = std::max(known_until, group.lines[group.begin - 1] + 1);
  }
  std::vector<char> is_new(held_.size());
  for (const Group& group : groups)
    for (std::size_t i = 0; i < group.lines.size(); ++i) {
      // Of what was asked for at first a part had not come.
      const bool is_late = group.shown.empty() && !has_caught_up_ && group.lines[i] >= known_until;
      is_new[group.lines[i]] = i >= group.begin || is_late ? 1 : 0;
    }
  if (must_look_further_) doubtful_.clear();
  std::vector<wire::LogRecord> out;
  for (std::size_t at = 0; at < held_.size(); ++at)
    if (is_new[at] != 0) out.push_back(std::move(held_[at]));
  held_.clear();
  return out;
}

}  // namespace sup::ctl
