// logs --rotate, --reopen and --clear: what is done with log files rather than read from them.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "daemon/handlers.hpp"

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

}  // namespace

std::optional<log::FileDeed> file_deed(const wire::Call& call) {
  for (const auto& [word, deed] : kDeeds)
    if (call.arguments.flag(word)) return deed;
  return std::nullopt;
}

void handle_log_files(Server& server, Session& session, const wire::Call& call, log::FileDeed deed) {
  const auto services = commanded_services(server, session, call);
  if (!services) return;
  const Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  const LogDefaults& defaults = supervisor.runs().context().logs;
  std::vector<log::LogFileSpec> files;
  for (const InstanceId id : *services)
    for (log::LogFileSpec& file : log_files(defaults, w.name(w.at(id)), w.spec(w.at(id))))
      files.push_back(std::move(file));
  auto rings = deed == log::FileDeed::clear ? *services : std::vector<InstanceId>();
  session.begin(std::make_unique<LogFilesTask>(server.parts().log.tend(deed, std::move(files), std::move(rings))));
}

}  // namespace sup
