#include "daemon/server.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <new>

#include "base/refusable.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "config/shape.hpp"
#include "daemon/handlers.hpp"
#include "daemon/say.hpp"
#include "daemon/succession.hpp"
#include "guard/holder.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "sys/socket.hpp"
#include "wire/interface.hpp"

namespace sup {

namespace {

// Clients leave most descriptors to the services, and fit in what these leave to them (kReservedDescriptors).
std::size_t most_sessions(const Supervisor& supervisor) {
  constexpr std::uint64_t kShare = 8;
  return std::min<std::uint64_t>(Server::kMaxSessions, supervisor.runs().context().own_nofile / kShare);
}

// Whether a call may take for ever without anything to do for us.
bool may_stay(wire::Verb verb) {
  return verb == wire::Verb::logs || verb == wire::Verb::events || verb == wire::Verb::wait ||
         verb == wire::Verb::attach;
}

// What `logs` does to files.
constexpr std::string_view kTending[] = {"rotate", "reopen", "clear"};

// Whether a call is meant to change something, or is for few: then the log says who asked for it.
bool may_change(const wire::Call& call) {
  using enum wire::Verb;
  switch (call.row->verb) {
    case logs: return std::ranges::any_of(kTending, [&](auto option) { return call.arguments.flag(option); });
    case env: return call.arguments.flag("reveal");  // It changes nothing, but shows what is not for all.
    case start:
    case stop:
    case restart:
    case reload:
    case kill:
    case pause:
    case resume:
    case set:
    case enable:
    case disable:
    case clean:
    case exec:
    case attach:
    case run:
    case scale:
    case wire::Verb::signal:
    case reexec:
    case apply:
    case confirm:
    case test_hook:
    case shutdown:
    case poweroff:
    case reboot:
    case halt: return true;
    case status:
    case wait:
    case events:
    case show:
    case explain:
    case graph:
    case blame:
    case critical_chain:
    case plot:
    case tree:
    case features:
    case plan:
    case health:
    case check:
    case version:
    case log_level:  // It says so itself.
    case ping:
    case completion:
    case explain_key:
    case format_files:
    case top:
    case import_foreign:
    case cat:
    case edit:
    case new_definition:
    case schema: return false;
  }
  return false;
}

// KEY=VALUE as the log may have it: what has "KEY" or the like in its name, and a whole table of variables, is
// nobody's.
std::string covered(const std::string& setting) {
  const std::size_t at = setting.find('=');
  std::string key = setting.substr(0, at);
  std::erase_if(key, [](char c) { return c == ' ' || c == '\t' || c == '"' || c == '\''; });
  const bool is_hidden = key == "env" || (key.starts_with("env.") && looks_secret(key));
  return is_hidden && at != setting.npos ? fmt::format("{}={}", key, kMasked) : setting;
}

void log_request(const Session& session, const wire::Call& call) {
  if (!may_change(call)) return;
  std::string words(call.row->name);
  for (const std::string_view option : kTending)
    if (call.arguments.flag(option)) words += fmt::format(" {}", option);
  if (call.arguments.flag("reveal")) words += " --reveal";
  if (call.arguments.has("signal")) words += fmt::format(" {}", call.arguments.text("signal"));
  if (call.arguments.has("name")) words += fmt::format(" {}", call.arguments.text("name"));
  for (const std::string& name : call.arguments.texts("names")) words += fmt::format(" {}", name);
  for (const std::string& tag : call.arguments.texts(wire::kTags)) words += fmt::format(" --tag {}", tag);
  for (const std::string& setting : call.arguments.texts("settings")) words += fmt::format(" {}", covered(setting));
  for (const std::string_view list : {"scales", "command"})
    for (const std::string& word : call.arguments.texts(list)) words += fmt::format(" {}", word);
  say::info("{} asks: {}", session.peer(), printable(words));
}

}  // namespace

Result<std::unique_ptr<Server>> Server::create(Parts parts, std::string path, UniqueFd listener) {
  if (!listener.is_open() && !path.empty()) listener = TRY(sys::listen_unix(path));
  std::unique_ptr<Server> server(new Server(parts, std::move(path), std::move(listener), {}));
  parts.supervisor.add_observer(*server);
  return server;
}

Server::Server(Parts parts, std::string path, UniqueFd listener, wire::AccessSpec access)
    : parts_(parts),
      path_(std::move(path)),
      access_(std::move(access)),
      host_{.on_message = [this](Session& session, std::string_view message) { answer(session, message); },
            .on_closed =
                [this](SessionId id) {
                  closed_.push_back(id);
                  closed_timer_.arm(Duration{0});
                },
            .on_incomplete = [this] { watch_incomplete(); }},
      listener_(std::move(listener)),
      max_sessions_(most_sessions(parts.supervisor)),
      accept_timer_(parts.loop, [this] { listener_poll_->set(loop::Interest::readable); }),
      restore_timer_(parts.loop, [this] { restore_socket(); }),
      incomplete_timer_(parts.loop, [this] { drop_incomplete(); }),
      closed_timer_(parts.loop, [this] { drop_closed(); }) {
  if (path_.empty()) return;
  begin_listening();
  watch_socket();
  // It may have been taken over from a manager that could not see its removal any more.
  if (!socket_name_) restore_timer_.arm(Duration{0});
}

// Somebody may have put something else in its place meanwhile, which is not ours to remove.
Server::~Server() {
  if (path_.empty()) return;
  const auto there = sys::identity_of(path_);
  if (there && socket_name_ && *there == *socket_name_) (void)sys::remove_file(path_);
}

// ---- the socket
// -------------------------------------------------------------------------------------------------------------

void Server::begin_listening() {
  socket_name_.reset();
  if (const auto name = sys::identity_of(path_)) socket_name_ = *name;
  listener_poll_.emplace(parts_.loop, listener_.get(), loop::Interest::readable, [this](loop::Readiness) { accept(); });
  if (const auto held = guard::Holder::of_this_process().hold(kHeldControl, listener_.get()); !held)
    say::error("a manager that comes after this one would make the control socket anew: {}", held.error().what);
}

void Server::watch_socket() {
  watch_poll_.reset();
  watch_.reset();
  auto watch = sys::NameWatch::create(path_);
  if (!watch) return;  // Without inotify, or a directory, a removed socket comes back with SIGHUP only.
  watch_ = std::move(*watch);
  watch_poll_.emplace(parts_.loop, watch_->fd().get(), loop::Interest::readable,
                      [this](loop::Readiness) { on_socket_directory(); });
}

void Server::on_socket_directory() {
  const auto change = watch_->read();
  if (change && *change != sys::NameChange::none) restore_socket();
}

// What is in the way may go, so it is tried until it succeeds, and told once.
void Server::restore_socket() {
  if (path_.empty()) return;
  const auto is_there = listen_again();
  if (!is_there && !is_socket_missing_) say::error("cannot make the control socket again: {}", is_there.error().what);
  is_socket_missing_ = !is_there.has_value();
  if (is_socket_missing_) restore_timer_.arm(kSocketRetry);
}

// With its directory, which a cleaner of temporary files may have taken along. So the directory may be another one than
// before, of whose end the old watch would tell nothing as long as we have its lock file open: it is watched anew. That
// comes before the look at the socket, so that no removal is missed.
Result<> Server::listen_again() {
  TRY(sys::ensure_dir(std::filesystem::path(path_).parent_path().string(), kDirectoryMode));
  watch_socket();
  if (::access(path_.c_str(), F_OK) == 0) return {};
  UniqueFd listener = TRY(sys::listen_unix(path_));
  listener_poll_.reset();
  listener_ = std::move(listener);
  begin_listening();
  say::warn("the control socket '{}' was removed; made again", path_);
  return {};
}

void Server::accept() {
  constexpr int kPerTurn = 16;
  for (int taken = 0; taken < kPerTurn; ++taken) {
    auto socket = sys::accept_connection(listener_);
    if (!socket) return pause_accepting(socket.error());
    is_accepting_ = true;
    if (!socket->is_open()) return;
    admit(std::move(*socket));
  }
}

// Above all out of descriptors. Who waits keeps the listener readable, so without a pause we would spin.
void Server::pause_accepting(const Error& error) {
  if (std::exchange(is_accepting_, false)) say::warn("{}: clients have to wait", error.what);
  drop_oldest_idle();
  listener_poll_->set(loop::Interest::nothing);
  accept_timer_.arm(kAcceptPause);
}

void Server::admit(UniqueFd socket) {
  try {
    const Refusable scope;
    make_session(std::move(socket));
  } catch (const std::bad_alloc&) {  // The client is told by the end of its connection.
  }
}

void Server::make_session(UniqueFd socket) {
  const auto peer = sys::peer_credentials(socket);
  if (!peer) return say::warn("cannot tell who a client is: {}", peer.error().what);
  if (sessions_.size() >= max_sessions_) drop_oldest_idle();
  if (sessions_.size() >= max_sessions_) {
    const std::string error = wire::encode_error(wire::LimitReached{fmt::format("{} clients", max_sessions_)});
    (void)sys::send_some(socket, error);
    return;
  }
  std::vector<std::uint32_t> groups(peer->groups.begin(), peer->groups.end());
  groups.push_back(peer->gid);
  const wire::Role role = wire::role_for({peer->uid, groups}, ::geteuid(), access_);
  const SessionId id{++last_session_};
  Session::Peer who{peer->uid, fmt::format("uid {}, pid {}", peer->uid, peer->pid)};
  sessions_.emplace(id, std::make_unique<Session>(parts_.loop, id, std::move(socket), role, std::move(who), host_));
}

// When all places are taken, the client that has been idle for longest makes room.
void Server::drop_oldest_idle() {
  auto oldest = sessions_.end();
  for (auto it = sessions_.begin(); it != sessions_.end(); ++it)
    if (it->second->is_idle() && (oldest == sessions_.end() || it->first < oldest->first)) oldest = it;
  if (oldest != sessions_.end()) sessions_.erase(oldest);
}

// ---- sessions
// ---------------------------------------------------------------------------------------------------------------

void Server::drop_closed() {
  for (const SessionId id : std::exchange(closed_, {})) sessions_.erase(id);
}

void Server::with_session(SessionId id, const std::function<void(Session&)>& action) {
  const auto it = sessions_.find(id);
  if (it == sessions_.end() || std::ranges::find(closed_, id) != closed_.end()) return;
  Session& session = *it->second;
  session.attend([&] {
    action(session);
    session.settle();
  });
}

void Server::each_session(const std::function<void(Session&, Task&)>& action) {
  std::vector<SessionId> ids;
  for (const auto& [id, session] : sessions_)
    if (session->task() != nullptr) ids.push_back(id);
  for (const SessionId id : ids)
    with_session(id, [&](Session& session) {
      if (Task* task = session.task()) action(session, *task);
    });
}

// A thousand services that stop tell the client who waits for them in a few messages, not each in its own.
void Server::on_state_changed(const StateChanged& change) {
  for (const auto& [id, session] : sessions_) {
    Task* task = session->task();
    if (task == nullptr) continue;
    task->on_state_changed(*session, change);
    if (!session->has_room()) session->settle();
    if (std::ranges::find(unsettled_, id) == unsettled_.end()) unsettled_.push_back(id);
  }
}

void Server::on_turn_over() {
  for (const SessionId id : std::exchange(unsettled_, {}))
    with_session(id, [](Session& session) { session.release(); });
}

// It is in the history, whose readers go on.
void Server::on_health_changed(const HealthChanged&) {
  each_session([](Session&, Task&) {});
}

// They are in the history, whose readers have waited for them.
void Server::on_last_words() {
  each_session([](Session&, Task&) {});
}

void Server::on_change_done(const ChangeDone& done) {
  each_session([&](Session& session, Task& task) { task.on_change_done(session, done); });
}

void Server::on_vacated(const InstanceVacated& vacated) {
  each_session([&](Session&, Task& task) { task.on_vacated(vacated.instance); });
}

void Server::on_log_ready(const std::vector<log::FollowerId>& ready) {
  for (const log::FollowerId follower : ready)
    each_session([&](Session& session, Task& task) { task.on_log_ready(session, follower); });
}

void Server::on_tended(const std::vector<log::Tended>& done) {
  for (const log::Tended& tended : done)
    each_session([&](Session& session, Task& task) { task.on_tended(session, tended); });
}

void Server::wind_up() {
  each_session([](Session& session, Task& task) { task.wind_up(session); });
}

void Server::entrust_clients() const {
  std::vector<std::string> names;
  while (names.size() < sessions_.size()) names.push_back(fmt::format("client:{}", names.size()));
  std::vector<guard::Holder::Named> held;
  for (const auto& [id, session] : sessions_) held.push_back({names[held.size()], session->fd()});
  (void)guard::Holder::of_this_process().hold(held);  // Else they end a moment too early.
}

void Server::watch_incomplete() {
  if (!std::exchange(is_watching_incomplete_, true)) incomplete_timer_.arm(kMessagePatience);
}

void Server::drop_incomplete() {
  is_watching_incomplete_ = false;
  const Instant now = sys::monotonic_now();
  bool is_any_incomplete = false;
  for (const auto& [id, session] : sessions_) {
    const auto since = session->incomplete_since();
    if (!since) continue;
    is_any_incomplete = true;
    if (now - *since >= kMessagePatience) closed_.push_back(id);
  }
  drop_closed();
  if (is_any_incomplete) watch_incomplete();
}

// ---- calls
// ------------------------------------------------------------------------------------------------------------------

// What has begun is answered by its task, or not at all.
void Server::answer(Session& session, std::string_view message) {
  try {
    answer_call(session, message);
  } catch (const std::bad_alloc&) {
    if (session.task() != nullptr) throw;
    session.send(wire::encode_error(wire::Failed{"supervisord is out of memory"}));
  }
}

void Server::answer_call(Session& session, std::string_view message) {
  const auto call = wire::parse_call(message);
  if (!call) {
    say::debug("client ({}): {}", session.peer(), call.error().reason);
    if (call.error().then == wire::CallFailure::Then::hang_up) return session.hang_up();
    return session.send(call.error().reply);
  }
  if (call->oneway) session.mute();
  if (call->kind != wire::CallKind::command) {
    session.send(wire::answer_service_call(*call, {.version = std::string(program_version())}));
    return;
  }
  const wire::Role needed = wire::needed_role(*call->row, call->arguments);
  if (session.role() < needed) {
    const wire::PermissionDenied denied{std::string(enum_name(session.role())), std::string(enum_name(needed))};
    say::warn("client ({}): {} refused: needs role {}", session.peer(), call->method, denied.needed);
    session.send(wire::encode_error(denied));
    return;
  }
  log_request(session, *call);
  if (may_stay(call->row->verb) && is_full_of_tasks())
    return session.send(wire::encode_error(wire::LimitReached{"so many clients follow or wait already"}));
  // What was asked for is recorded at the end of the turn, and the answer comes after that.
  if (may_change(*call)) hold(session);
  handle(*this, session, *call);
}

void Server::hold(Session& session) {
  if (std::ranges::find(unsettled_, session.id()) == unsettled_.end()) unsettled_.push_back(session.id());
  session.hold();  // Only who will be released.
}

// Who follows or waits takes a place for long, and cannot be made to leave it; some are kept for those who want to do
// something.
bool Server::is_full_of_tasks() const {
  const auto busy = std::ranges::count_if(sessions_, [](const auto& entry) { return !entry.second->is_idle(); });
  return std::cmp_greater_equal(busy, max_sessions_ - max_sessions_ / 4);
}

}  // namespace sup
