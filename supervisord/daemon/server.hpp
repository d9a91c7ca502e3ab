// Server: the control socket. Accepts clients, knows their role, answers their calls.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/reexec.hpp"
#include "daemon/session.hpp"
#include "daemon/supervisor.hpp"
#include "daemon/workers.hpp"
#include "sys/file.hpp"
#include "sys/inotify.hpp"
#include "wire/roles.hpp"
#include "wire/varlink.hpp"

namespace sup {

class Applier;
class ConfigSource;
class Confirmation;
class EventHooks;

class Server final : public Observer {
 public:
  static constexpr std::size_t kMaxSessions = 256;
  // A message that was begun has to be complete after this time.
  static constexpr Duration kMessagePatience = std::chrono::seconds{30};
  // Between two attempts to make a removed socket again, when the first has failed.
  static constexpr Duration kSocketRetry = std::chrono::seconds{1};
  static constexpr Duration kAcceptPause = std::chrono::milliseconds{200};
  // Of the directory, if it is to be made: others may look for the socket, which is 0600 itself.
  static constexpr mode_t kDirectoryMode = 0755;

  struct Parts {
    loop::Loop& loop;
    Supervisor& supervisor;
    Workers& workers;
    log::LogThread& log;
    Reexec& reexec;
    Applier& applier;
    Confirmation& confirmation;
    EventHooks& event_hooks;
    const ConfigSource& source;
  };

  // Listens at `path`, which must be free (see sys::prepare_socket_path), nowhere if it is empty; or goes on with
  // `listener`, which an earlier manager has made there. Errors: sys.
  static Result<std::unique_ptr<Server>> create(Parts parts, std::string path, UniqueFd listener = {});
  ~Server() override;

  // Makes the socket again if somebody removed it. Whatever else is there is left alone.
  void restore_socket();
  // The log thread's wake-up: these readers have something.
  void on_log_ready(const std::vector<log::FollowerId>& ready);
  void on_tended(const std::vector<log::Tended>& done);
  // supervisord is about to leave: the calls in progress get their last replies, as far as clients take them at once.
  void wind_up();
  // The connections end with supervisord altogether, not with this process: the guard, if there is one, holds them.
  void entrust_clients() const;

  // For the handlers.
  [[nodiscard]] const Parts& parts() const { return parts_; }
  std::size_t archive_readers = 0;  // Clients that read log files.
  // Does something with the session if it is still there, then lets it go on.
  void with_session(SessionId id, const std::function<void(Session&)>& action);
  // What is sent to it now leaves when this turn is recorded.
  void hold(Session& session);

  void on_state_changed(const StateChanged& change) override;
  void on_health_changed(const HealthChanged& change) override;
  void on_change_done(const ChangeDone& done) override;
  void on_vacated(const InstanceVacated& vacated) override;
  void on_shutdown(const ShutdownBegun&) override {}
  void on_last_words() override;
  void on_turn_over() override;

 private:
  Server(Parts parts, std::string path, UniqueFd listener, wire::AccessSpec access);

  void begin_listening();
  void accept();
  void admit(UniqueFd socket);
  void make_session(UniqueFd socket);
  void answer(Session& session, std::string_view message);
  void answer_call(Session& session, std::string_view message);
  void watch_socket();
  void on_socket_directory();
  Result<> listen_again();
  void drop_closed();
  void drop_incomplete();
  void watch_incomplete();
  void pause_accepting(const Error& error);
  void drop_oldest_idle();
  [[nodiscard]] bool is_full_of_tasks() const;
  void each_session(const std::function<void(Session&, Task&)>& action);

  Parts parts_;
  std::string path_;
  wire::AccessSpec access_;
  Session::Host host_;
  std::unordered_map<SessionId, std::unique_ptr<Session>> sessions_;
  std::vector<SessionId> closed_;     // To be dropped when no session is in use.
  std::vector<SessionId> unsettled_;  // Have been told something in this turn.
  std::uint64_t last_session_ = 0;
  int in_use_ = 0;
  UniqueFd listener_;
  std::optional<sys::FileIdentity> socket_name_;  // Of path_, as long as it is our socket.
  std::optional<loop::Poll> listener_poll_;
  std::optional<sys::NameWatch> watch_;
  std::optional<loop::Poll> watch_poll_;
  std::size_t max_sessions_;
  loop::Timer accept_timer_;
  loop::Timer restore_timer_;
  loop::Timer incomplete_timer_;
  loop::Timer closed_timer_;
  bool is_socket_missing_ = false;
  bool is_accepting_ = true;  // The last attempt was no failure.
  bool is_watching_incomplete_ = false;
};

}  // namespace sup
