#include "daemon/places.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "config/paths.hpp"
#include "daemon/manager_rows.hpp"
#include "daemon/server.hpp"
#include "daemon/succession.hpp"
#include "guard/holder.hpp"
#include "sys/file.hpp"
#include "sys/random.hpp"

namespace sup {
namespace {

constexpr std::string_view kOtherPlace = "--socket or --runtime-dir names another place";

std::string parent_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }

Result<Places> in_directory(const std::string& runtime_dir, const std::string& socket) {
  TRY(sys::ensure_dir(runtime_dir, Server::kDirectoryMode));
  Places out{
      .runtime_dir = runtime_dir, .socket = socket, .identity = runtime_dir, .lock = {}, .listener = {}, .notices = {}};
  out.lock = TRY(sys::InstanceLock::take(runtime_dir + "/lock", guard::supervisor_pid()));
  TRY(sys::ensure_dir(parent_of(socket), Server::kDirectoryMode));
  out.before = TRY(sys::prepare_socket_path(socket));
  return out;
}

// A socket that was asked for, where the default run-time directory cannot be had: its lock stands beside it.
Result<Places> with_socket_alone(const std::string& socket) {
  TRY(sys::ensure_dir(parent_of(socket), Server::kDirectoryMode));
  Places out{.runtime_dir = {}, .socket = socket, .identity = socket, .lock = {}, .listener = {}, .notices = {}};
  out.lock = TRY(sys::InstanceLock::take(socket + ".lock", guard::supervisor_pid()));
  out.before = TRY(sys::prepare_socket_path(socket));
  return out;
}

// Nothing tells us from another one then, but chance.
Result<Places> with_nothing(const std::string& reason) {
  Places out;
  out.identity = TRY(sys::random_invocation_id()).text();
  out.notices.push_back(fmt::format("no control socket, so ctl cannot be used: {} ({})", reason, kOtherPlace));
  return out;
}

// The default run-time directory, if something can be made there. Nothing is tried where that is plain before.
Result<std::string> usable_default(const Who& who) {
  std::string directory = TRY(default_runtime_dir(who));
  TRY(sys::can_write_in(directory));
  return directory;
}

Result<Places> find_places(const DaemonSpec& spec, const Who& who) {
  if (!spec.runtime_dir.empty()) return in_directory(spec.runtime_dir, TRY(socket_of(spec, who)));
  const auto directory = usable_default(who);
  if (!directory) return spec.socket.empty() ? with_nothing(directory.error().what) : with_socket_alone(spec.socket);
  auto places = in_directory(*directory, TRY(socket_of(spec, who)));
  const bool is_refused = !places && spec.socket.empty() && places.error().code == Errc::denied;
  return is_refused ? with_nothing(places.error().what) : std::move(places);
}

}  // namespace

Result<> can_log_to_files(const DaemonSpec& spec) {
  const std::string directory = TRY(log_dir_of(spec, this_process()));
  if (spec.log.dir.empty()) TRY(sys::can_write_in(directory));
  return {};
}

Result<Places> take_places(const DaemonSpec& spec) {
  const Who who = this_process();
  Places out = TRY(find_places(spec, who));
  const bool is_for_files = spec.log.services == ServicesLogTo::automatic && !guard::is_init_of_container();
  if (const auto logs = can_log_to_files(spec); is_for_files && !logs)
    out.notices.push_back(fmt::format("services log to standard output: {}", logs.error().what));
  return out;
}

Result<Places> resume_places(StateRecords& records, Resumption& left) {
  const auto found = records.all<ManagerRecord>(RecordKind::manager);
  if (found.empty()) return fail(Errc::invalid, "the manager before this one did not record its places");
  const ManagerRecord& record = found.front().second;
  Places out{.runtime_dir = record.runtime_dir,
             .socket = record.socket,
             .identity = record.identity,
             .lock = {},
             .listener = left.take(kHeldControl),
             .notices = {}};
  const std::string lock_path = record.runtime_dir.empty() ? record.socket + ".lock" : record.runtime_dir + "/lock";
  UniqueFd lock = left.take(kHeldLock);
  if (lock.is_open())
    out.lock = TRY(sys::InstanceLock::take_over(std::move(lock), lock_path, guard::supervisor_pid()));
  else if (!record.socket.empty())
    out.lock = TRY(sys::InstanceLock::take(lock_path, guard::supervisor_pid()));
  if (!out.listener.is_open() && !record.socket.empty()) out.before = TRY(sys::prepare_socket_path(record.socket));
  return out;
}

LogTo services_log_to(const DaemonSpec& spec) {
  const Who who = this_process();
  switch (spec.log.services) {
    case ServicesLogTo::standard_output: return LogTo::standard_output;
    case ServicesLogTo::file: return log_dir_of(spec, who) ? LogTo::file : LogTo::standard_output;
    case ServicesLogTo::automatic: break;
  }
  const bool is_file = !guard::is_init_of_container() && can_log_to_files(spec);
  return is_file ? LogTo::file : LogTo::standard_output;
}

}  // namespace sup
