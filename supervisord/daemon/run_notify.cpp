// Runs: what services say of themselves by sd_notify(3), who may say it, and what comes of it.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "daemon/launch_output.hpp"
#include "daemon/runs.hpp"
#include "daemon/say.hpp"
#include "sys/file.hpp"

namespace sup {
namespace {

// So many messages of one service are heard before others have their turn; a poll that is not satisfied comes back.
constexpr int kMostAtOnce = 64;
constexpr std::size_t kFdInfoBytes = 4096;
constexpr std::string_view kUnnamedFd = "stored";  // As sd_listen_fds_with_names(3) calls it.

// The process that a pidfd stands for, from what /proc shows of the descriptor. Nothing if it is none, or if that
// process is gone (-1).
std::optional<pid_t> pid_of_pidfd(const UniqueFd& pidfd) {
  const auto text = sys::read_file(fmt::format("/proc/self/fdinfo/{}", pidfd.get()), kFdInfoBytes);
  constexpr std::string_view kKey = "\nPid:\t";
  const std::size_t at = text ? text->find(kKey) : std::string::npos;
  if (at == std::string::npos) return std::nullopt;
  pid_t pid = 0;
  const char* begin = text->data() + at + kKey.size();
  const auto [end, error] = std::from_chars(begin, text->data() + text->size(), pid);
  if (error != std::errc{} || pid <= 0) return std::nullopt;
  return pid;
}

// Whether the number is that of a pidfd of this process. Since Linux 6.9 each process has its own, which no later one
// with its pid has; before that all have the same.
bool has_pidfd_id(pid_t pid, std::uint64_t id) {
  const auto process = sys::open_process(pid);
  if (!process) return false;
  struct stat status{};
  if (!process->pidfd.is_open()) return true;  // Pidfds are not to be had here.
  return ::fstat(process->pidfd.get(), &status) == 0 && status.st_ino == id;
}

std::string joined(std::string_view first, std::string_view between, std::string_view second,
                   std::string_view end = "") {
  if (first.empty() || second.empty()) return std::string(first.empty() ? second : first);
  return fmt::format("{}{}{}{}", first, between, second, end);
}

// "Address already in use, EXIT_STATUS=98"
std::string trouble_of(const Voice& voice) {
  const std::string exit_status = voice.exit_status ? fmt::format("EXIT_STATUS={}", *voice.exit_status) : "";
  return joined(voice.error, ", ", exit_status);
}

// ERRNO=0 takes back what was said.
void note_trouble(Voice& voice, const wire::NotifyMessage& message) {
  if (message.error_name) voice.error = *message.error_name;
  if (message.error_number) voice.error = *message.error_number > 0 ? ::strerror(*message.error_number) : "";
  if (message.exit_status) voice.exit_status = message.exit_status;
}

}  // namespace

// "warming up (Connection refused)"
std::string Voice::says() const { return joined(status, " (", trouble_of(*this), status.empty() ? "" : ")"); }

void Runs::listen(InstanceId instance, Run& run, NotifyPlace place) {
  const int fd = place.socket.get();
  const auto on_message = [this, instance, id = run.id](loop::Readiness) {
    Run* found = live(instance, id);
    if (found == nullptr) return;
    hear_all(instance, *found);
    hear_passed_over(instance, *found);
  };
  const bool is_looked_at = records_.are_kept() && sys::look_from_the_first(place.socket);
  run.voice.reset(new Voice{.socket = std::move(place.socket),
                            .address = std::move(place.address),
                            .owner = place.owner,
                            .access = notify_access_of(run.service->spec),
                            .status = {},
                            .error = {},
                            .exit_status = {},
                            .is_looked_at = is_looked_at,
                            .poll = loop::Poll(loop_, fd, loop::Interest::readable, on_message)});
}

// An empty message at which an earlier manager has looked is passed over for ever, and counted for one that is heard:
// so in the end there is one that nobody takes.
void Runs::hear_passed_over(InstanceId instance, Run& run) {
  if (!run.voice || !run.voice->is_looked_at || run.voice->looked_at > 0) return;
  const UniqueFd& socket = run.voice->socket;
  if (sys::is_first_looked_at(socket)) return sys::discard_datagrams(socket, 1);
  if (auto first = sys::receive_datagram(socket); first && *first) hear(instance, run, std::move(**first));
}

Result<std::optional<sys::Datagram>> Runs::next_message(InstanceId instance, Run& run) {
  Voice& voice = *run.voice;
  if (!voice.is_looked_at) return sys::receive_datagram(voice.socket);
  auto message = TRY(sys::look_at_datagram(voice.socket));
  if (message && voice.looked_at++ == 0) heard_.emplace_back(instance, run.id);
  return message;
}

// What was heard is recorded, and taken now.
void Runs::take_heard() {
  for (const auto& [instance, id] : std::exchange(heard_, {}))
    if (Run* run = live(instance, id); run != nullptr && run->voice)
      sys::discard_datagrams(run->voice->socket, std::exchange(run->voice->looked_at, 0));
}

void Runs::hear_all(InstanceId instance, Run& run) {
  for (int count = 0; run.voice && count < kMostAtOnce; ++count) {
    auto message = next_message(instance, run);
    if (!message) return complain(run, message.error().what);
    if (!*message) return;
    hear(instance, run, std::move(**message));
  }
}

// Said once for each run: a service that talks nonsense, or a stranger, does not fill the log.
void Runs::complain(Run& run, std::string_view what) {
  if (!std::exchange(run.voice->has_warned, true))
    say::warn("{}: a message to NOTIFY_SOCKET was dropped: {}", run.name, what);
}

// Its descriptors are closed at the end in any case: with BARRIER=1 that is the answer, after all that came before it.
void Runs::hear(InstanceId instance, Run& run, sys::Datagram message) {
  if (!message.is_whole)
    return complain(run, fmt::format("it has more than {} bytes or too many descriptors", sys::kDatagramBytes));
  if (!may_speak(run, message))
    return complain(run, fmt::format("process {} may not speak for it (notify-access is {})", message.pid,
                                     enum_name(run.voice->access)));
  const auto parsed = wire::parse_notify(message.bytes, message.fds.size());
  if (const auto* refusal = std::get_if<wire::NotifyRefusal>(&parsed)) return complain(run, refusal->why);
  obey(instance, run, std::get<wire::NotifyMessage>(parsed), std::move(message.fds));
}

// A sender that is gone (systemd-notify --no-block) is in no cgroup any more. Nobody but the service's user and root
// can have written to the socket, or, where it has no place in the file system, to have it as its sender's user.
bool Runs::may_speak(const Run& run, const sys::Datagram& message) const {
  const NotifyAccess access = run.voice->access;
  if (message.pid <= 0 || access == NotifyAccess::none) return false;
  if (message.pid == run.main.pid) return true;
  if (access == NotifyAccess::main) return false;
  const auto is_task = [&](const auto& task) { return task->process.pid == message.pid; };
  if (std::ranges::any_of(run.tasks, is_task)) return true;
  if (access == NotifyAccess::exec) return false;
  if (std::ranges::binary_search(members_of(run), message.pid)) return true;
  const auto there = sys::open_process(message.pid);
  const bool is_gone = !there && there.error().code == Errc::not_found;
  return is_gone && (message.uid == 0 || message.uid == run.voice->owner);
}

void Runs::obey(InstanceId instance, Run& run, const wire::NotifyMessage& message, std::vector<UniqueFd> fds) {
  Voice& voice = *run.voice;
  if (message.main_pid || message.has_main_pidfd) note_next_main(instance, run, message, fds);
  if (message.access) voice.access = *message.access;
  if (message.status) voice.status = *message.status;
  if (message.status) note(run);
  if (message.error_number || message.error_name || message.exit_status) {
    note_trouble(voice, message);
    post_(NoticeGiven{instance, run.id, Notice::trouble, trouble_of(voice)});
  }
  const auto notice = [&](bool is_said, Notice what) {
    if (is_said) post_(NoticeGiven{instance, run.id, what});
  };
  if (message.more_time) post_(MoreTimeAsked{instance, run.id, *message.more_time});
  if (message.watchdog) post_(WatchdogSet{instance, run.id, *message.watchdog});
  notice(message.resets_restarts, Notice::restart_reset);
  notice(message.is_reloading, Notice::reloading);
  if (message.is_ready) post_(BecameReady{instance, run.id, ReadyBy::said});
  notice(message.is_stopping, Notice::stopping);
  notice(message.is_alive, Notice::alive);
  notice(message.is_unfit, Notice::unfit);
  if (message.stores_fds || message.removes_fds) keep_fds(instance, run, message, std::move(fds));
}

// Once for each run a store that does not take something is told: a service may go on trying.
void Runs::keep_fds(InstanceId instance, Run& run, const wire::NotifyMessage& message, std::vector<UniqueFd> fds) {
  if (message.removes_fds) {
    if (!message.fd_name) return complain(run, "FDSTOREREMOVE=1 needs a valid FDNAME");
    stores_.remove(instance, *message.fd_name);
    return;
  }
  for (const UniqueFd& fd : fds)
    if (const auto reserve = check_reserve(context_, fd); !reserve) return complain(run, reserve.error().what);
  std::string refusal = stores_.add({.instance = instance,
                                     .most = run.service->spec.fd_store_max,
                                     .name = message.fd_name.value_or(std::string(kUnnamedFd)),
                                     .watch = message.polls_fds ? FdWatch::watched : FdWatch::unwatched,
                                     .fds = std::move(fds)});
  if (refusal.empty() || std::exchange(run.voice->has_told_full, true)) return;
  stores_.tell(instance, FdNews::refused, std::move(refusal));
}

// Who is named must be of this run, or the service could have us signal whomever it likes. As long as the present main
// process lives, that stays it: the other is taken when it has come to us as an orphan.
void Runs::note_next_main(InstanceId instance, Run& run, const wire::NotifyMessage& message,
                          const std::vector<UniqueFd>& fds) {
  const auto by_pidfd = message.has_main_pidfd ? pid_of_pidfd(fds.front()) : std::nullopt;
  const auto pid = message.has_main_pidfd ? by_pidfd : message.main_pid;
  const bool is_consistent = !by_pidfd || !message.main_pid || *by_pidfd == *message.main_pid;
  if (!pid || !is_consistent)
    return complain(run, "its MAINPIDFD is no pidfd of a living process, or of another than MAINPID");
  if (message.main_pidfd_id && !has_pidfd_id(*pid, *message.main_pidfd_id))
    return complain(run, fmt::format("its MAINPIDFDID is not that of process {}", *pid));
  if (*pid == run.main.pid && !run.main_is_gone) return;
  const auto is_member = [&] { return std::ranges::binary_search(members_of(run), *pid); };
  // Who has said it may be gone, and the one that is named an orphan that nobody has looked at yet.
  if (!is_member() && !(adopt_orphans() && is_member()))
    return complain(run, fmt::format("MAINPID={} is not of this service", *pid));
  run.next_main = *pid;
  note(run);
  if (run.main_is_gone) take_next_main(instance, run);
}

bool Runs::take_next_main(InstanceId instance, Run& run) {
  (void)adopt_orphans();
  if (std::ranges::find(run.orphans, run.next_main) == run.orphans.end()) return false;
  return take_main(instance, run, std::exchange(run.next_main, 0));
}

}  // namespace sup
