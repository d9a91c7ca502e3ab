#include "sys/cgroup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <span>
#include <unordered_set>

#include "base/text.hpp"
#include "sys/cgroup_file.hpp"
#include "sys/cgroup_values.hpp"
#include "sys/process.hpp"
#include "sys/process_tree.hpp"

namespace sup::sys {

namespace {

constexpr std::size_t kProcsLimit = std::size_t{1} << 26;  // 4 million pids, the most that Linux has, fit in.
constexpr std::size_t kPidfdsAtOnce = 64;
constexpr int kSignalPassesMax = 8;
constexpr int kKillRoundsMax = 16;

std::string quoted(std::string_view name) { return fmt::format("'{}'", printable(name, 4096)); }

// One line of a cgroup.procs file each; 0 is somebody outside of our pid namespace.
void append_members(std::string_view text, CgroupMembers& out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    pid_t pid = 0;
    std::from_chars(text.data(), text.data() + end, pid);
    if (pid > 0)
      out.pids.push_back(pid);
    else
      out.has_foreign = true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Those of one group without what is below it.
int read_members(int directory, CgroupMembers& out) {
  const std::expected<std::string, int> text = read_cgroup_file(directory, "cgroup.procs", kProcsLimit);
  if (!text) return text.error();
  append_members(*text, out);
  return 0;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

bool is_controller_name(std::string_view name) noexcept {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

// "process 71 (bash) lives in it": who keeps a group from having controllers below it.
std::string describe_member(int directory) {
  CgroupMembers members;
  if (read_members(directory, members) != 0) return {};
  if (members.pids.empty()) return members.has_foreign ? "processes of another pid namespace live in it" : "";
  const pid_t pid = members.pids.front();
  const Result<ProcessFacts> facts = process_facts(pid);
  return fmt::format("process {} ({}) lives in it", pid, facts ? printable(facts->comm) : "?");
}

// Signals a few processes which were seen in `group`. That they are seen there again after the pidfd was opened proves
// that it does not refer to a stranger who has taken over the number meanwhile.
Result<> signal_batch(const Cgroup& group, std::span<const pid_t> pids, Signal signal,
                      std::unordered_set<pid_t>& reached, std::unordered_set<pid_t>& denied) {
  std::vector<ProcessRef> processes;
  for (const pid_t pid : pids) {
    Result<ProcessRef> process = open_process(pid);
    if (process)
      processes.push_back(std::move(*process));
    else if (process.error().code != Errc::not_found)
      return std::unexpected(std::move(process).error());
  }
  const CgroupMembers members = TRY(group.processes());
  for (const ProcessRef& process : processes) {
    if (!std::binary_search(members.pids.begin(), members.pids.end(), process.pid)) continue;
    const Result<> sent = send_signal(process, signal);
    if (sent)
      reached.insert(process.pid);
    else if (sent.error().code == Errc::denied)
      denied.insert(process.pid);
    else if (sent.error().code != Errc::not_found)
      return std::unexpected(sent.error());
  }
  return {};
}

}  // namespace

Result<Cgroup> Cgroup::create(const UniqueFd& parent, std::string name) {
  const std::string what = "cannot create cgroup " + quoted(name);
  if (!is_cgroup_name(name)) return fail(Errc::invalid, what + ": this is no name of a cgroup");
  if (::mkdirat(parent.get(), name.c_str(), 0755) < 0) {
    if (errno == EAGAIN)
      return fail(Errc::limit, what + ": cgroup.max.depth or cgroup.max.descendants of a parent is reached");
    auto failure = fail_cgroup(errno, what);
    if (failure.error().sys_errno == EEXIST) failure.error().code = Errc::busy;
    return failure;
  }
  std::expected<UniqueFd, int> directory = open_cgroup_dir(parent.get(), name.c_str());
  if (!directory) {
    (void)::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR);
    return fail_cgroup(directory.error(), what);
  }
  return Cgroup{std::move(*directory), std::move(name)};
}

Result<Cgroup> Cgroup::open(const UniqueFd& parent, std::string name) {
  const std::string what = "cannot open cgroup " + quoted(name);
  if (!is_cgroup_name(name)) return fail(Errc::invalid, what + ": this is no name of a cgroup");
  std::expected<UniqueFd, int> directory = open_cgroup_dir(parent.get(), name.c_str());
  if (!directory) return fail_cgroup(directory.error(), what);
  return Cgroup{std::move(*directory), std::move(name)};
}

Result<CgroupState> Cgroup::state() const {
  char buffer[512];  // It has two short lines.
  const auto text = read_small_cgroup_file(directory_.get(), "cgroup.events", buffer);
  if (!text) return fail_cgroup(text.error(), fmt::format("cannot read the state of cgroup {}", quoted(name_)));
  return CgroupState{flat_keyed(*text, "populated") == 1, flat_keyed(*text, "frozen") == 1};
}

Result<bool> Cgroup::is_populated() const { return TRY(state()).is_populated; }

Result<CgroupMembers> Cgroup::processes() const {
  CgroupMembers members;
  bool is_root = true;
  const auto enter = [&](int directory) {
    const int error_number = read_members(directory, members);
    // A group that is gone has nobody. One that is threaded does not say; its processes are listed further up.
    const bool is_of_no_account = error_number == ENOENT || error_number == ENODEV || error_number == EOPNOTSUPP;
    return std::exchange(is_root, false) || !is_of_no_account ? error_number : 0;
  };
  const int error_number = walk_cgroups(directory_.get(), kCgroupsBelowMax, enter, [](int, const char*) { return 0; });
  if (error_number == E2BIG)
    return fail(Errc::limit,
                fmt::format("cannot list the processes of cgroup {}: there are more than {} groups below it",
                            quoted(name_), kCgroupsBelowMax));
  if (error_number != 0)
    return fail_cgroup(error_number, fmt::format("cannot list the processes of cgroup {}", quoted(name_)));
  std::sort(members.pids.begin(), members.pids.end());
  members.pids.erase(std::unique(members.pids.begin(), members.pids.end()), members.pids.end());
  return members;
}

Result<std::vector<std::string>> Cgroup::children() const {
  std::expected<std::vector<std::string>, int> names = list_cgroup_dirs(directory_.get());
  if (!names) return fail_cgroup(names.error(), fmt::format("cannot list cgroup {}", quoted(name_)));
  return std::move(*names);
}

Result<> Cgroup::join(pid_t pid) const {
  const auto written = write_cgroup_file(directory_.get(), "cgroup.procs", fmt::format("{}", pid));
  if (written) return {};
  const std::string who = pid == 0 ? "this process" : fmt::format("process {}", pid);
  return fail_cgroup(written.error(), fmt::format("cannot move {} to cgroup {}", who, quoted(name_)));
}

Result<> Cgroup::kill() const {
  Result<> killed = kill_by(CgroupKillMethod::cgroup_kill);
  if (killed || killed.error().sys_errno != ENOENT) return killed;
  return kill_by(CgroupKillMethod::freeze_and_signal);
}

Result<> Cgroup::kill_by(CgroupKillMethod method) const {
  switch (method) {
    case CgroupKillMethod::cgroup_kill: break;
    case CgroupKillMethod::freeze_and_signal: return kill_by_signals();
  }
  const auto written = write_cgroup_file(directory_.get(), "cgroup.kill", "1");
  if (!written) return fail_cgroup(written.error(), fmt::format("cannot kill cgroup {}", quoted(name_)));
  return {};
}

Result<> Cgroup::kill_by_signals() const {
  (void)freeze();  // Who is frozen cannot fork, but dies of KILL. Without a freezer it is a race.
  for (int round = 0; round < kKillRoundsMax; ++round) {
    const CgroupSignalled sent = TRY(signal_all({SIGKILL}));
    if (sent.denied > 0)
      return fail_cgroup(EPERM, fmt::format("cannot kill {} processes in cgroup {}", sent.denied, quoted(name_)));
    if (sent.has_foreign)
      return fail(Errc::denied,
                  fmt::format("cannot kill cgroup {}: processes of another pid namespace live in it", quoted(name_)));
    if (!TRY(is_populated())) {
      (void)thaw();
      return {};
    }
    // Nobody new is no proof while somebody lives: the kernel lists a child a moment after its parent could be killed.
    ::sched_yield();
  }
  return {};
}

Result<CgroupSignalled> Cgroup::signal_all(Signal signal) const {
  // A number that is used again by a process born meanwhile would look as if it had got its signal; KILL may be sent
  // twice.
  const bool may_repeat = signal.number == SIGKILL;
  std::unordered_set<pid_t> reached;
  std::unordered_set<pid_t> denied;
  for (int pass = 0; pass < kSignalPassesMax; ++pass) {
    const CgroupMembers members = TRY(processes());
    std::vector<pid_t> wanted;
    bool is_anybody_new = false;
    for (const pid_t pid : members.pids) {
      const bool is_new = !reached.contains(pid) && !denied.contains(pid);
      is_anybody_new = is_anybody_new || is_new;
      if (is_new || may_repeat) wanted.push_back(pid);
    }
    if (!is_anybody_new) return CgroupSignalled{reached.size(), denied.size(), members.has_foreign};
    for (std::span<const pid_t> rest{wanted}; !rest.empty();) {
      const std::size_t count = std::min(kPidfdsAtOnce, rest.size());
      TRY(signal_batch(*this, rest.first(count), signal, reached, denied));
      rest = rest.subspan(count);
    }
  }
  return fail(Errc::limit, fmt::format("cannot send {} to all of cgroup {}: there are new processes at each look",
                                       signal_name(signal), quoted(name_)));
}

Result<> Cgroup::freeze() const { return write_knob("cgroup.freeze", "1"); }

Result<> Cgroup::thaw() const { return write_knob("cgroup.freeze", "0"); }

Result<> Cgroup::remove() const {
  const std::string what = "cannot remove cgroup " + quoted(name_);
  const std::expected<UniqueFd, int> parent = open_cgroup_dir(directory_.get(), "..");
  if (!parent) return fail_cgroup(parent.error(), what);
  const auto remove_one = [](int directory, const char* name) {
    return ::unlinkat(directory, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : errno;
  };
  int error_number = remove_one(parent->get(), name_.c_str());
  if (error_number == EBUSY || error_number == ENOTEMPTY) {
    error_number = walk_cgroups(directory_.get(), kCgroupsBelowMax, [](int) { return 0; }, remove_one);
    if (error_number == 0) error_number = remove_one(parent->get(), name_.c_str());
  }
  if (error_number == E2BIG)
    return fail(Errc::limit, fmt::format("{}: there are more than {} groups below it", what, kCgroupsBelowMax));
  if (error_number != 0) return fail_cgroup(error_number, what);
  return {};
}

Result<std::string> Cgroup::read_knob(std::string_view name) const {
  const std::string what = fmt::format("cannot read {} of cgroup {}", printable(name), quoted(name_));
  if (!is_cgroup_name(name)) return fail(Errc::invalid, what + ": this is no name of a file");
  std::expected<std::string, int> text = read_cgroup_file(directory_.get(), std::string{name}.c_str(), kKnobLimit);
  if (!text && text.error() == EFBIG)
    return fail(Errc::limit, fmt::format("{}: it is larger than {}", what, format_size(kKnobLimit)));
  if (!text) return fail_cgroup(text.error(), what);
  if (text->ends_with('\n')) text->pop_back();
  return std::move(*text);
}

Result<> Cgroup::write_knob(std::string_view name, std::string_view value) const {
  const std::string what =
      fmt::format("cannot set {} of cgroup {} to '{}'", printable(name), quoted(name_), printable(value));
  if (!is_cgroup_name(name)) return fail(Errc::invalid, what + ": this is no name of a file");
  const auto written = write_cgroup_file(directory_.get(), std::string{name}.c_str(), value);
  if (!written) return fail_cgroup(written.error(), what);
  return {};
}

Result<std::vector<std::string>> Cgroup::controllers() const { return words_of(TRY(read_knob("cgroup.controllers"))); }

Result<std::vector<std::string>> Cgroup::enabled_controllers() const {
  return words_of(TRY(read_knob("cgroup.subtree_control")));
}

Result<> Cgroup::enable_controller(std::string_view controller) const {
  const std::string what =
      fmt::format("cannot enable controller '{}' below cgroup {}", printable(controller), quoted(name_));
  if (!is_controller_name(controller)) return fail(Errc::invalid, what + ": this is no name of a controller");
  const std::vector<std::string> offered = TRY(controllers());
  if (std::find(offered.begin(), offered.end(), controller) == offered.end())
    return fail(Errc::not_found, what + ": it is not offered there");
  const auto written = write_cgroup_file(directory_.get(), "cgroup.subtree_control", fmt::format("+{}", controller));
  if (written) return {};
  const std::string who = written.error() == EBUSY ? describe_member(directory_.get()) : "";
  if (!who.empty()) return fail(Errc::busy, fmt::format("{}: {}", what, who));
  return fail_cgroup(written.error(), what);
}

Result<> Cgroup::disable_controller(std::string_view controller) const {
  const std::string what =
      fmt::format("cannot disable controller '{}' below cgroup {}", printable(controller), quoted(name_));
  if (!is_controller_name(controller)) return fail(Errc::invalid, what + ": this is no name of a controller");
  const auto written = write_cgroup_file(directory_.get(), "cgroup.subtree_control", fmt::format("-{}", controller));
  if (!written) return fail_cgroup(written.error(), what);
  return {};
}

}  // namespace sup::sys
