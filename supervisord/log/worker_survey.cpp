// Worker: where in the files what memory holds has its place, for who reads further back.
#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

#include "log/limits.hpp"
#include "log/worker.hpp"

namespace sup::log {
namespace {

// Which log of the service a line went to: standard error may share that of standard output.
std::size_t log_of(const ServiceLog& service, Stream stream) {
  return stream == Stream::err && service.kept[1].outlet != 0 ? 1 : 0;
}

// The oldest block that memory holds of a log.
std::optional<Ring::Entry> oldest_of(const ServiceLog& service, std::size_t log) {
  const Ring& ring = service.ring;
  for (std::size_t at = 0; at < ring.used(); at = ring.next(at)) {
    const Ring::Entry entry = ring.entry_at(at);
    if (log_of(service, entry.origin.stream) == log) return entry;
  }
  return std::nullopt;
}

}  // namespace

// Of several destinations, the first that is a file.
void Worker::keep_place(Input& input, const Source& source) {
  const auto is_kept = [](const Outlet* outlet) { return outlet != nullptr && outlet->sink.log_file() != nullptr; };
  ServiceLog& service = *input.service;
  if (is_kept(input.outlet)) input.file = input.outlet;
  for (const Further& further : input.further)
    if (input.file == nullptr && is_kept(further.outlet)) input.file = further.outlet;
  Kept& kept = service.kept[static_cast<std::size_t>(source.log)];
  if (input.file != nullptr) {
    input.kept = &kept;
    kept.goes_by_time = input.joiner != nullptr && input.file == input.outlet;
    if (kept.outlet != input.file->id) {
      kept.base = end_of(kept) - input.file->sink.position();  // May wrap around; what counts are differences.
      kept.outlet = input.file->id;
    }
  }
  mark_run(service, source);
}

void Worker::mark_run(ServiceLog& service, const Source& source) {
  if (service.runs.empty() || service.runs.back().run != source.run) {
    if (service.runs.size() == ServiceLog::kRunMarks) service.runs.erase(service.runs.begin());
    service.runs.push_back({source.run, {end_of(service.kept[0]), end_of(service.kept[1])}});
  }
  const auto log = static_cast<std::size_t>(source.log);
  if (log == 1) service.runs.back().positions[log] = end_of(service.kept[log]);
}

void Worker::leave_place(const Input& input) {
  if (input.file != nullptr) input.kept->end = input.kept->base + input.file->sink.position();
}

// The position behind everything that was put.
std::uint64_t Worker::end_of(const Kept& kept) const {
  if (const auto found = outlets_.find(kept.outlet); found != outlets_.end())
    return kept.base + found->second->sink.position();
  const auto paused = paused_.find(kept.outlet);  // Others may have written to it since.
  return paused == paused_.end() ? kept.end : kept.base + pauses_.at(paused->second).position;
}

void Worker::add_follower(std::unique_ptr<Follower> follower) {
  FollowRequest& request = follower->request;
  if (request.run) {
    for (const auto& [id, service] : services_) {
      if (!follower->wants(id)) continue;
      const auto back = static_cast<std::uint64_t>(-std::min<std::int64_t>(*request.run, 0));
      const auto& runs = service->runs;
      if (*request.run > 0)
        request.runs[id] = RunId{static_cast<std::uint64_t>(*request.run)};
      else if (back < runs.size())
        request.runs[id] = runs[runs.size() - 1 - back].run;
    }
  }
  audience_.add(std::move(follower), services_, sequence_ + 1,
                [this](Follower& reader, std::span<const NamedRing> rings) { return survey(reader, rings); });
}

void Worker::tell_last_words(const AskLastWords& asked) {
  LastWords out{asked.service, asked.run, {}};
  const auto found = services_.find(asked.service);
  std::deque<std::string> lines;
  if (found != services_.end()) {
    const Ring& ring = found->second->ring;
    for (std::size_t at = 0; at < ring.used(); at = ring.next(at)) {
      const Ring::Entry entry = ring.entry_at(at);
      if (entry.origin.run != asked.run || !passes(asked.streams, entry.origin.stream)) continue;
      std::string bytes(entry.size, '\0');
      ring.copy(at, entry.label, entry.size, bytes.data());
      for (std::string_view rest = bytes; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (lines.size() == kLastWords) lines.pop_front();
        lines.emplace_back(line.substr(0, kLastWordBytes));
      }
    }
  }
  out.lines.assign(std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end()));
  board_.post(std::move(out));
}

// Whether memory has all that is wanted: as many last lines, all of them younger than anything that memory has lost;
// or everything since a moment from which on it has lost nothing.
bool Worker::has_all(const Follower& follower) const {
  const FollowRequest& request = follower.request;
  std::uint64_t lost_sequence = 0;
  WallTime lost_time = begun_;
  for (const auto& [id, service] : services_) {
    if (!follower.wants(id) || !service->has_dropped) continue;
    if (service->ring.is_empty()) return false;
    const Origin oldest = service->ring.entry_at(0).origin;
    lost_sequence = std::max(lost_sequence, oldest.sequence);
    lost_time = std::max(lost_time, oldest.time);
  }
  if (request.last_lines && follower.history->has_enough() && follower.history->first() > lost_sequence) return true;
  return request.since && *request.since > lost_time;
}

Survey Worker::survey(Follower& follower, std::span<const NamedRing> rings) const {
  Survey out;
  out.is_complete = has_all(follower);
  if (out.is_complete && !follower.request.run) return out;
  if (!out.is_complete) {
    follower.request.last_lines.reset();
    follower.history.emplace(follower.request, rings, sequence_ + 1);
    out.steps = follower.history->steps(rings);
  }
  for (const auto& [id, service] : services_)
    if (follower.wants(id)) out.services.push_back(survey_of(*service, follower.request));
  return out;
}

ServiceSurvey Worker::survey_of(const ServiceLog& service, const FollowRequest& request) const {
  ServiceSurvey out{.service = service.id};
  if (!service.ring.is_empty()) out.oldest = service.ring.entry_at(0).origin.time;
  out.has_dropped = service.has_dropped;
  const auto run = request.runs.find(service.id);
  out.knows_run = !request.run || (run != request.runs.end() &&
                                   std::ranges::find(service.runs, run->second, &RunMark::run) != service.runs.end());
  out.runs = service.runs.size();
  if (!service.runs.empty()) out.oldest_run = service.runs.front().run;
  for (std::size_t log = 0; log < out.files.size(); ++log) out.files[log] = file_part(service, log, request);
  return out;
}

FilePart Worker::file_part(const ServiceLog& service, std::size_t log, const FollowRequest& request) const {
  FilePart out;
  const Kept& kept = service.kept[log];
  std::uint64_t end = end_of(kept);
  if (const auto found = outlets_.find(kept.outlet); found != outlets_.end()) {
    end -= found->second->sink.unwritten();
    out.current = found->second->sink.log_file()->identity();
    out.size = found->second->sink.log_file()->size();
  }
  out.goes_by_time = kept.goes_by_time;
  // Positions that are not written yet are at the end.
  const auto back = [&](std::uint64_t position) {
    const auto distance = static_cast<std::int64_t>(end - position);
    return distance > 0 ? static_cast<std::uint64_t>(distance) : 0;
  };
  if (const auto oldest = oldest_of(service, log)) {
    out.end_back = back(oldest->origin.position);
    out.gone_lines = oldest->gone_lines;
    out.gone_bytes = oldest->gone_bytes;
  }
  const auto wanted = request.runs.find(service.id);
  if (wanted == request.runs.end()) return out;
  const auto mark = std::ranges::find(service.runs, wanted->second, &RunMark::run);
  if (mark == service.runs.end()) return out;
  out.begin_back = back(mark->positions[log]);
  if (const auto next = std::next(mark); next != service.runs.end())
    if (const std::uint64_t behind = back(next->positions[log]); behind > out.end_back) {
      out.end_back = behind;
      out.gone_lines = 0;
      out.gone_bytes = 0;
    }
  return out;
}

}  // namespace sup::log
