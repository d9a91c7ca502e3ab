#include "daemon/log_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "daemon/handlers.hpp"
#include "daemon/views.hpp"
#include "log/local_clock.hpp"
#include "wire/base64.hpp"

namespace sup {
namespace {

constexpr std::size_t kBatchBytes = 64 * 1024;  // Of lines in one reply.
constexpr std::size_t kMostArchives = 16;       // Clients that read files at the same time.

std::string moment_text(WallTime time) {
  std::string out;
  const auto form = TimeText::parse("%H:%M:%S");
  form->append(out, time, TimePrecision::s, log::local_offset(time));
  return out;
}

// Lines of files, as fast as the client reads them.
class LogsTask final : public Task {
 public:
  LogsTask(Server& server, SessionId session, log::FollowerId follower, LogReaderPlan plan)
      : server_(server), session_(session), follower_(follower), plan_(std::move(plan)) {}
  ~LogsTask() override {
    server_.parts().log.unfollow(follower_);
    if (holds_archive_) --server_.archive_readers;
  }
  LogsTask(const LogsTask&) = delete;
  LogsTask& operator=(const LogsTask&) = delete;

  void pump(Session& session) override {
    if (!is_surveyed_) return learn(session);
    (void)hand_over(session);
  }

  void on_old_lines(Session&, OldLogLines& part) override {
    if (part.follower != follower_) return;
    is_waiting_ = false;
    if (!std::exchange(is_found_, true)) unwanted_ = part.archive->unwanted_steps();
    for (std::string& note : part.archive->take_notes()) notes_.push_back(std::move(note));
    old_ = std::move(part.lines);
    old_at_ = 0;
    archive_ = std::move(part.archive);
    if (old_.empty()) {
      archive_.reset();
      holds_archive_ = false;
      --server_.archive_readers;
    }
  }

  // Everything was read from the pipes before this is called. Files that are read at this moment are not waited for.
  void wind_up(Session& session) override {
    is_winding_up_ = true;
    while (session.has_room()) {
      const Handed handed = hand_over(session);
      if (handed == Handed::end) return;
      if (handed == Handed::nothing) break;
    }
    session.finish(wire::encode_reply(wire::LogsReply{}));
  }

 private:
  enum class Handed : std::uint8_t { nothing, lines, end };

  void learn(Session& session) {
    auto survey = server_.parts().log.take_survey(follower_);
    if (!survey) return;
    is_surveyed_ = true;
    if (plan_.run)
      if (auto mistake = unknown_run(*survey))
        return session.finish(wire::encode_error(wire::Failed{*std::move(mistake)}));
    if (!survey->is_complete) begin_archive(*std::move(survey));
    (void)hand_over(session);
  }

  // Nobody of those that are meant has had that run.
  [[nodiscard]] std::optional<std::string> unknown_run(const log::Survey& survey) const {
    const auto knows = [](const log::ServiceSurvey& service) { return service.knows_run; };
    if (std::ranges::any_of(survey.services, knows)) return std::nullopt;
    if (plan_.services.size() != 1)
      return fmt::format("cannot read run {}: there is no such run of any of the services", *plan_.run);
    const std::string& who = plan_.services[0].name;
    const bool has_run = !survey.services.empty() && survey.services[0].runs > 0;
    if (!has_run) return fmt::format("cannot read run {}: {} has not run since supervisord started", *plan_.run, who);
    const log::ServiceSurvey& known = survey.services[0];
    const std::string back = known.runs == 1 ? "0" : fmt::format("-{}", known.runs - 1);
    return fmt::format("cannot read run {}: there is no such run of {}; the oldest that is known is {} (run {})",
                       *plan_.run, who, back, known.oldest_run.value);
  }

  void begin_archive(log::Survey survey) {
    log::ArchiveRequest request;
    request.last_lines = plan_.last_lines;
    request.wanted = {plan_.since, plan_.until, plan_.streams, std::move(plan_.file_grep)};
    for (LogReaderPlan::Service& service : plan_.services) {
      const auto found = std::ranges::find(survey.services, service.id, &log::ServiceSurvey::service);
      add_files(request, service, found == survey.services.end() ? nullptr : &*found);
    }
    request.steps = std::move(survey.steps);
    if (server_.archive_readers >= kMostArchives) {
      notes_.push_back("too many others read log files at this moment: shown is what is in memory");
      request.logs.clear();
    }
    ++server_.archive_readers;
    holds_archive_ = true;
    archive_ = std::make_unique<log::Archive>(std::move(request));
  }

  void add_files(log::ArchiveRequest& request, LogReaderPlan::Service& service, const log::ServiceSurvey* known) {
    if (plan_.run && (known == nullptr || !known->knows_run)) return;
    bool has_file = false;
    for (std::size_t i = 0; i < service.files.size(); ++i) {
      if (!service.files[i]) continue;
      has_file = true;
      log::OldLog& log = request.logs.emplace_back(*std::move(service.files[i]));
      log.service = service.id;
      if (!log.form.has(log::LineForm::Slot::time)) log.oldest = plan_.asked;  // Else its lines would be of now.
      if (known == nullptr) continue;
      log.part = known->files[i];
      if (known->oldest) log.oldest = known->oldest;
    }
    if (!has_file && known != nullptr && known->has_dropped && known->oldest)
      notes_.push_back(
          fmt::format("{}: its output goes {}, so there is nothing older than what is in memory, from {} on",
                      service.name, service.place, moment_text(*known->oldest)));
  }

  // The next lines of the files, by a worker.
  void ask_for_old_lines() {
    is_waiting_ = true;
    auto read = [&server = server_, session = session_, follower = follower_, is_first = !is_found_,
                 archive = std::move(archive_)]() mutable -> Continuation {
      if (is_first) archive->find();
      auto lines = archive->next(kBatchBytes);
      return [&server, session, part = OldLogLines{follower, std::move(archive), std::move(lines)}]() mutable {
        server.with_session(session, [&](Session& mine) {
          if (Task* task = mine.task()) task->on_old_lines(mine, part);
        });
      };
    };
    server_.parts().workers.submit(std::move(read));
  }

  // Fetches until both sides have a line to compare or are at their ends; false: something is on its way.
  [[nodiscard]] bool fetch() {
    if (is_waiting_ && !is_winding_up_) return false;
    if (archive_ && old_at_ == old_.size() && !is_winding_up_) {
      ask_for_old_lines();
      return false;
    }
    while (memory_at_ == memory_.records.size() && !memory_.at_end) {
      memory_ = server_.parts().log.take(follower_, kBatchBytes);
      memory_at_ = 0;
      note_missed(memory_.missed);
      if (memory_.records.empty()) return !memory_.has_more;
      skip_unwanted();
    }
    return true;
  }

  // Those that are not looked at for want of time may have been among those that are not wanted anyway.
  void note_missed(std::uint64_t missed) {
    const std::uint64_t unwanted = std::min(missed, unwanted_);
    unwanted_ -= unwanted;
    missed_ += missed - unwanted;
  }

  void skip_unwanted() {
    while (memory_at_ < memory_.records.size()) {
      const bool counts = !plan_.grep || plan_.grep->is_in(memory_.records[memory_at_].bytes);
      if (counts && unwanted_ == 0) return;
      if (counts) --unwanted_;
      ++memory_at_;
    }
  }

  Handed hand_over(Session& session) {
    wire::LogsReply reply;
    reply.notes = std::exchange(notes_, {});
    std::size_t size = 0;
    bool is_ready = true;
    bool is_dry = false;
    while (size < kBatchBytes && (is_ready = fetch())) {
      const bool has_old = old_at_ < old_.size();
      const bool has_new = memory_at_ < memory_.records.size();
      is_dry = !has_old && !has_new;
      if (is_dry) break;
      if (has_old && (!has_new || old_[old_at_].line.key <= memory_.records[memory_at_].time))
        size += add_old(reply, old_[old_at_++]);
      else
        size += add_new(reply);
    }
    const bool is_over =
        is_ready && !archive_ && old_at_ == old_.size() && memory_.at_end && memory_at_ == memory_.records.size();
    for (std::string& note : std::exchange(notes_, {})) reply.notes.push_back(std::move(note));
    if (is_over) {
      if (missed_ > 0) reply.notes.push_back(fmt::format("{} more lines were missed", std::exchange(missed_, 0)));
      session.finish(wire::encode_reply(reply));
      return Handed::end;
    }
    reply.caught_up = is_dry && !archive_ && !std::exchange(has_caught_up_, true);
    if (reply.records.empty() && reply.notes.empty() && !reply.caught_up) return Handed::nothing;
    session.send(wire::encode_reply(reply, wire::Continues::yes));
    return Handed::lines;
  }

  static std::size_t add_old(wire::LogsReply& reply, const log::Archive::Line& old) {
    wire::LogRecord& out = reply.records.emplace_back();
    const log::OldLine& line = old.line.line;
    out.service = old.log->name;
    if (line.time) out.time = unix_ms(*line.time);
    if (line.stream) out.stream = enum_name(*line.stream);
    if (line.run) out.run = static_cast<std::int64_t>(line.run->value);
    out.truncated = line.marks.truncated;
    wire::set_line(out, line.bytes);
    return line.bytes.size() + 1;
  }

  std::size_t add_new(wire::LogsReply& reply) {
    const log::Record& record = memory_.records[memory_at_++];
    wire::LogRecord& out = reply.records.emplace_back();
    out.time = unix_ms(record.time);
    out.service = record.name;
    out.stream = enum_name(record.stream);
    out.run = static_cast<std::int64_t>(record.run.value);
    out.truncated = record.marks.truncated;
    out.missed = static_cast<std::int64_t>(std::exchange(missed_, 0));
    wire::set_line(out, record.bytes);
    const std::size_t size = record.bytes.size() + 1;
    skip_unwanted();
    return size;
  }

  Server& server_;
  SessionId session_;
  log::FollowerId follower_;
  LogReaderPlan plan_;
  bool is_surveyed_ = false;
  bool is_winding_up_ = false;

  // Files.
  std::unique_ptr<log::Archive> archive_;  // Null: at its end, or with a worker.
  bool holds_archive_ = false;
  bool is_waiting_ = false;  // For the worker.
  bool is_found_ = false;    // Where to begin.
  std::vector<log::Archive::Line> old_;
  std::size_t old_at_ = 0;

  // Memory.
  log::TakeResult memory_;
  std::size_t memory_at_ = 0;
  std::uint64_t unwanted_ = 0;  // The oldest lines of memory that count are not among the last ones.
  std::uint64_t missed_ = 0;    // Lost in front of the next line.
  bool has_caught_up_ = false;
  std::vector<std::string> notes_;
};

}  // namespace

void begin_reading_logs(Server& server, Session& session, log::FollowerId follower, LogReaderPlan plan) {
  session.begin(std::make_unique<LogsTask>(server, session.id(), follower, std::move(plan)));
}

}  // namespace sup
