#include "daemon/shared_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/text.hpp"
#include "spec/check.hpp"
#include "spec/check_log_files.hpp"

namespace sup {
namespace {

constexpr std::size_t kNamesShown = 3;

// The name of a service must end where it ends: "web" is not the beginning of "web2".
bool ends_a_name(const LogPiece& piece) {
  if (piece.slot != LogSlot::literal) return false;
  const char first = piece.text.front();
  return std::isalnum(static_cast<unsigned char>(first)) == 0 &&
         std::string_view("_.-@").find(first) == std::string::npos;
}

// Whether who wrote a line stands in front of it, in a place where nothing else can be mistaken for it.
bool names_service(const ChosenFormat& chosen) {
  if (chosen.format != LogFormat::text) return chosen.format != LogFormat::raw;
  const auto pieces = parse_template(chosen.template_.text);
  CHECK(pieces.has_value());
  const auto line = std::ranges::find(*pieces, LogSlot::line, &LogPiece::slot);
  const auto name = std::find_if(pieces->begin(), line, [](const LogPiece& piece) {
    return piece.slot == LogSlot::service || piece.slot == LogSlot::name;
  });
  if (name == line || std::next(name) == line) return false;
  const bool begins = name == pieces->begin() || std::prev(name)->slot == LogSlot::literal;
  return begins && ends_a_name(*std::next(name));
}

std::string names_text(const std::vector<std::string>& names) {
  if (names.size() <= kNamesShown) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{} and {}", fmt::join(names.begin(), names.begin() + kNamesShown, ", "),
                     counted(names.size() - kNamesShown, "other"));
}

// What of a service decides about its log files.
NamedService as_writer(const NamedService& service) {
  NamedService out{.name = service.name, .spec = {}, .file = 0, .line = 0};
  out.spec.log = service.spec.log;
  out.spec.stderr_ = service.spec.stderr_;
  out.spec.user = service.spec.user;
  out.spec.group = service.spec.group;
  return out;
}

std::vector<std::string> paths_of(const LaunchContext& context, const NamedService& service) {
  std::vector<std::string> out = {
      log_file_path(service.spec.log, service.name, LogStream::standard_output, context.logs.dir)};
  if (service.spec.stderr_.mode == StderrMode::own_log)
    out.push_back(log_file_path(service.spec.stderr_.log, service.name, LogStream::standard_error, context.logs.dir));
  return out;
}

}  // namespace

bool LogSharers::are_written_alike(const LogSpec& a, const LogSpec& b) const {
  const auto time = [&](const LogSpec& log) { return log.time.is_written() ? *log.time : context_.log_formats.time; };
  const ChosenFormat one = chosen_format(a, context_.log_formats, LogTo::file);
  const ChosenFormat other = chosen_format(b, context_.log_formats, LogTo::file);
  return one.format == other.format && one.template_ == other.template_ && time(a) == time(b);
}

void LogSharers::collect() {
  const auto add = [this](const Instance& instance, const LogSpec& log) {
    const bool may_be_file = log.to == LogTo::automatic || goes_to(log, LogTo::file);
    if (!log.path.empty() && may_be_file) writers_[simplified_path(log.path)].push_back({&instance, &log});
  };
  for (const Instance& instance : w_.present()) {
    const ServiceSpec& spec = w_.spec(instance);
    add(instance, spec.log);
    if (spec.stderr_.mode == StderrMode::own_log) add(instance, spec.stderr_.log);
  }
}

LogSharing LogSharers::of(const Instance& instance, const LogSpec& log) {
  if (log.path.empty()) return {};
  if (!std::exchange(is_collected_, true)) collect();
  std::vector<std::string> names;
  bool are_alike = true;
  for (const Writer& writer : writers_[simplified_path(log.path)]) {
    if (writer.instance == &instance) continue;
    are_alike &= are_written_alike(log, *writer.log);
    names.push_back(w_.name(*writer.instance));
  }
  if (names.empty()) return {};
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return {names_text(names), are_alike && names_service(chosen_format(log, context_.log_formats, LogTo::file))};
}

Result<> check_log_files_of(const LaunchContext& context, const World& w, const NamedService& added) {
  const std::vector<std::string> wanted = paths_of(context, added);
  SpecSet set{.daemon = {}, .services = {as_writer(added)}, .groups = {}, .files = {}};
  for (const ServiceId id : w.by_name) {
    const NamedService& other = *w.service(id).definition;
    const auto is_wanted = [&](const std::string& path) { return std::ranges::find(wanted, path) != wanted.end(); };
    if (std::ranges::any_of(paths_of(context, other), is_wanted)) set.services.push_back(as_writer(other));
  }
  if (context.logs.to == LogTo::standard_output) set.daemon.log.services = ServicesLogTo::standard_output;
  if (context.logs.own_file) {
    set.daemon.log.to = {OwnLogTo::file};
    set.daemon.log.path = context.logs.own_file->path;
  }
  const auto problems = check_log_files(set, context.logs.dir);
  if (problems.empty()) return {};
  return fail(Errc::invalid, fmt::format("{} ({})", problems[0].message, problems[0].hint));
}

}  // namespace sup
