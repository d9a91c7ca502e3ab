// logs --rotate, --reopen and --clear: what is done with log files rather than read from them.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/handlers.hpp"
#include "daemon/instance_names.hpp"
#include "daemon/say.hpp"

namespace sup {
namespace {

constexpr std::array kDeeds = {
    std::pair{std::string_view("rotate"), log::FileDeed::rotate},
    std::pair{std::string_view("reopen"), log::FileDeed::reopen},
    std::pair{std::string_view("clear"), log::FileDeed::clear},
};

// Waits for the log thread, which waits for the disk.
class LogFilesTask final : public Task {
 public:
  explicit LogFilesTask(std::uint64_t ticket) : ticket_(ticket) {}

  void on_tended(Session& session, const log::Tended& tended) override {
    if (tended.ticket != ticket_) return;
    session.finish(tended.failures.empty()
                       ? wire::encode_reply(wire::LogsReply{})
                       : wire::encode_error(wire::Failed{fmt::format("{}", fmt::join(tended.failures, "; "))}));
  }
  void wind_up(Session& session) override {
    session.finish(wire::encode_error(wire::Failed{"supervisord has shut down"}));
  }

 private:
  std::uint64_t ticket_;
};

std::string_view word_for(log::FileDeed deed) {
  return std::ranges::find(kDeeds, deed, &std::pair<std::string_view, log::FileDeed>::second)->first;
}

// How supervisord's own log is called, unless a service or a group is.
constexpr std::string_view kOwnLog = "supervisord";

struct Meant {
  std::vector<InstanceId> services;
  bool has_own_log = false;
};

// Nothing: what was asked for cannot be, and the client has been told. What is emptied without being named is what
// services wrote.
std::optional<Meant> meant_by(Server& server, Session& session, const wire::Call& call, log::FileDeed deed) {
  const Supervisor& supervisor = server.parts().supervisor;
  const auto asked = call.arguments.texts("names");
  std::vector<std::string> names(asked.begin(), asked.end());
  Meant out;
  const bool is_everyone = names.empty() || std::ranges::find(names, "all") != names.end();
  const std::string own[] = {std::string(kOwnLog)};
  if (!resolve_instances(supervisor.world(), own)) out.has_own_log = std::erase(names, kOwnLog) > 0;
  if (out.has_own_log && !supervisor.runs().context().logs.own_file) {
    session.send(wire::encode_error(
        wire::Failed{fmt::format("cannot {} supervisord's own log: it has no file (log.to)", word_for(deed))}));
    return std::nullopt;
  }
  const bool is_alone = out.has_own_log && names.empty();
  out.has_own_log |= is_everyone && deed != log::FileDeed::clear;
  if (is_alone) return out;
  wire::Call others = call;
  others.arguments.set("names", std::move(names));
  auto services = commanded_services(server, session, others);
  if (!services) return std::nullopt;
  out.services = *std::move(services);
  return out;
}

}  // namespace

std::optional<log::FileDeed> file_deed(const wire::Call& call) {
  for (const auto& [word, deed] : kDeeds)
    if (call.arguments.flag(word)) return deed;
  return std::nullopt;
}

void handle_log_files(Server& server, Session& session, const wire::Call& call, log::FileDeed deed) {
  auto meant = meant_by(server, session, call, deed);
  if (!meant) return;
  const Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  const LogDefaults& defaults = supervisor.runs().context().logs;
  std::vector<log::LogFileSpec> files;
  for (const InstanceId id : meant->services)
    for (log::LogFileSpec& file : log_files(defaults, w.name(w.at(id)), w.spec(w.at(id))))
      files.push_back(std::move(file));
  if (meant->has_own_log && defaults.own_file) files.push_back(*defaults.own_file);
  // What is done to a file that several services write to is done once.
  std::ranges::sort(files, {}, &log::LogFileSpec::path);
  const auto same = std::ranges::unique(files, {}, &log::LogFileSpec::path);
  files.erase(same.begin(), same.end());
  auto rings = deed == log::FileDeed::clear ? std::move(meant->services) : std::vector<InstanceId>();
  session.begin(std::make_unique<LogFilesTask>(server.parts().log.tend(deed, std::move(files), std::move(rings))));
}

}  // namespace sup
