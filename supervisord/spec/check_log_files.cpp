#include "spec/check_log_files.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "spec/rotate_fields.hpp"

namespace sup {
namespace {

// A log that may go to a file, by the file's name.
struct LogFile {
  std::string path;
  SpecPlace place;
  const LogSpec* log = nullptr;  // Null: supervisord's own.
  [[nodiscard]] bool is_own() const { return log == nullptr; }
  [[nodiscard]] bool is_stderr() const { return place.key.starts_with("stderr"); }
};

class LogFileChecker {
 public:
  LogFileChecker(const SpecSet& set, std::string_view log_dir) : set_(set), log_dir_(log_dir) {}

  std::vector<SpecProblem> run() {
    collect();
    const auto by_path = [](const LogFile& a, const LogFile& b) {
      return std::tuple(std::string_view(a.path), !a.is_own(), a.place.service, a.is_stderr()) <
             std::tuple(std::string_view(b.path), !b.is_own(), b.place.service, b.is_stderr());
    };
    std::ranges::sort(files_, by_path);
    for (auto first = files_.begin(); first != files_.end();) {
      const auto end = std::find_if(first, files_.end(), [&](const LogFile& f) { return f.path != first->path; });
      check_one_file(std::span(first, end));
      first = end;
    }
    return std::move(problems_);
  }

 private:
  void collect() {
    for (std::size_t i = 0; i < set_.services.size(); ++i) {
      const ServiceSpec& spec = set_.services[i].spec;
      add({i, "log.path", {}}, spec.log, LogStream::standard_output);
      if (spec.stderr_.mode == StderrMode::own_log)
        add({i, "stderr.path", {}}, spec.stderr_.log, LogStream::standard_error);
    }
    const DaemonLogSpec& own = set_.daemon.log;
    if (std::ranges::find(own.to, OwnLogTo::file) != own.to.end())
      files_.push_back({own_log_path(own, log_dir_), {SpecPlace::kDaemon, "log.path", {}}});
  }

  void add(SpecPlace place, const LogSpec& log, LogStream stream) {
    const bool may_be_file = goes_to(log, LogTo::file) ||
                             (log.to == LogTo::automatic && set_.daemon.log.services != ServicesLogTo::standard_output);
    if (!may_be_file) return;
    std::string path = log_file_path(log, set_.services[place.service].name, stream, log_dir_);
    if (path.starts_with("/dev/") && !path.starts_with("/dev/shm/")) return;  // A device takes many writers.
    files_.push_back({std::move(path), place, &log});
  }

  void check_one_file(std::span<const LogFile> writers) {
    for (std::size_t i = 1; i < writers.size(); ++i) {
      if (writers[0].is_own())
        refuse(writers[i], writers[0], "give each log a path of its own");
      else if (writers[i].place.service == writers[i - 1].place.service)
        refuse(writers[i], writers[i - 1], "leave stderr out: both go to the same log then");
      else if (writers[i].log->path.empty() || writers[0].log->path.empty())
        refuse(writers[i], writers[0], "give each log a path of its own, or write log.path in both to share the file");
      else
        check_shared(writers[i], writers[0]);
    }
  }

  void refuse(const LogFile& file, const LogFile& other, std::string hint) {
    problem(file, other, name_of(file) + " and " + name_of(other) + " are both written to " + quoted(file.path),
            std::move(hint));
  }

  void check_shared(const LogFile& file, const LogFile& other) {
    const ServiceSpec& mine = spec_of(file);
    const ServiceSpec& theirs = spec_of(other);
    if (*mine.user != *theirs.user) differ(file, other, "user");
    if (*mine.group != *theirs.group) differ(file, other, "group");
    if (file.log->on_full != other.log->on_full) differ(file, other, "log.on-full");
    for_each_field<RotateSpec>([&](const auto& row) {
      if ((*file.log->rotate).*row.member != (*other.log->rotate).*row.member)
        differ(file, other, "log.rotate." + std::string(row.key));
    });
  }

  void differ(const LogFile& file, const LogFile& other, const std::string& key) {
    problem(file, other,
            name_of(file) + " and " + name_of(other) + " share the file " + quoted(file.path) + " but differ in " + key,
            "say the same in both, or give each log a path of its own");
  }

  void problem(const LogFile& file, const LogFile& other, std::string message, std::string hint) {
    problems_.push_back(
        {ProblemKind::contradiction, file.place, std::move(message), std::move(hint), {{other.place, name_of(other)}}});
  }

  const ServiceSpec& spec_of(const LogFile& file) const { return set_.services[file.place.service].spec; }

  std::string name_of(const LogFile& file) const {
    if (file.is_own()) return "supervisord's own log";
    return (file.is_stderr() ? "the stderr log of " : "the log of ") + quoted(set_.services[file.place.service].name);
  }

  static std::string quoted(std::string_view text) { return "'" + printable(text, 80) + "'"; }

  const SpecSet& set_;
  std::string_view log_dir_;
  std::vector<LogFile> files_;
  std::vector<SpecProblem> problems_;
};

}  // namespace

std::vector<SpecProblem> check_log_files(const SpecSet& set, std::string_view log_dir) {
  return LogFileChecker(set, log_dir).run();
}

}  // namespace sup
