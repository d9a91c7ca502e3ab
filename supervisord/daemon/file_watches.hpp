// FileWatches: does what `watch` says when files of a service change. It is watched from its first start on, until it
// is stopped by command or leaves; what it has failed by may be mended in these files.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/supervisor.hpp"
#include "daemon/workers.hpp"
#include "sys/tree_watch.hpp"

namespace sup {

class FileWatches final : public Observer {
 public:
  FileWatches(loop::Loop& loop, Supervisor& supervisor, Workers& workers);
  ~FileWatches() override;

  // A manager that was watching has died.
  void resume();

  void on_state_changed(const StateChanged& change) override;
  void on_health_changed(const HealthChanged&) override {}
  void on_change_done(const ChangeDone&) override {}
  void on_vacated(const InstanceVacated& vacated) override;
  void on_shutdown(const ShutdownBegun&) override;
  void on_turn_over() override {}

 private:
  struct Watch;

  void begin(const NamedService& service);
  void install(const std::string& service, std::uint64_t serial, Result<sys::TreeWatch> tree);
  void on_readable(Watch& watch);
  void act(Watch& watch);
  [[nodiscard]] static Duration pace_of(const Watch& watch);
  void look_for(Watch& watch);
  void command(CommandKind kind, std::vector<InstanceId> targets, const std::string& cause);
  [[nodiscard]] bool is_log(const std::string& path) const;
  [[nodiscard]] bool is_wanted(const std::string& service) const;
  [[nodiscard]] const World& w() const { return supervisor_.world(); }

  loop::Loop& loop_;
  Supervisor& supervisor_;
  Workers& workers_;
  std::map<std::string, std::unique_ptr<Watch>, std::less<>> watches_;  // By service.
  std::uint64_t last_serial_ = 0;
};

}  // namespace sup
