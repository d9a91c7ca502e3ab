#include "sys/process_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/check.hpp"
#include "sys/errors.hpp"
#include "sys/file.hpp"

namespace sup::sys {

namespace {

constexpr std::size_t kStatLimit = std::size_t{1} << 16;
constexpr std::size_t kChildrenLimit = std::size_t{1} << 26;  // 4 million pids, the most that Linux has, fit in.

template <class Number>
bool parse_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

// "12 345 6 " as the kernel writes a children file.
void append_pids(std::string_view text, std::vector<pid_t>& out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    pid_t pid = 0;
    if (parse_number(text.substr(0, end), pid)) out.push_back(pid);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// The names in a directory that are numbers: processes of /proc, tasks of a process.
Result<std::vector<pid_t>> numbers_in(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory{::opendir(path.c_str()), ::closedir};
  if (!directory) return fail_call(errno, fmt::format("cannot list '{}'", path));
  std::vector<pid_t> out;
  while (const dirent* entry = ::readdir(directory.get())) {
    pid_t number = 0;
    if (parse_number(std::string_view{entry->d_name}, number)) out.push_back(number);
  }
  return out;
}

// Whether this kernel writes children files (CONFIG_PROC_CHILDREN). Asked each time: it costs a microsecond, and the
// answer changes when /proc is mounted.
bool has_children_files() noexcept { return ::access("/proc/thread-self/children", R_OK) == 0; }

using ChildrenByParent = std::unordered_map<pid_t, std::vector<pid_t>>;

// The whole machine's tree from one pass over /proc/*/stat; for kernels without children files.
Result<ChildrenByParent> scan_parents() {
  ChildrenByParent out;
  for (const pid_t pid : TRY(all_processes())) {
    const Result<ProcessFacts> facts = process_facts(pid);
    if (facts) out[facts->ppid].push_back(pid);  // Otherwise it ended meanwhile.
  }
  return out;
}

Result<std::vector<pid_t>> children_by_scan(pid_t pid) {
  ChildrenByParent parents = TRY(scan_parents());
  return std::move(parents[pid]);
}

// Ends by itself: each pass but the last finds somebody new, and pids are finite.
template <class ChildrenOf>
void add_descendants(pid_t root, std::unordered_set<pid_t>& found, const ChildrenOf& children) {
  std::vector<pid_t> queue{root};
  std::unordered_set<pid_t> seen{root};
  while (!queue.empty()) {
    const pid_t pid = queue.back();
    queue.pop_back();
    for (const pid_t child : children(pid)) {
      if (!seen.insert(child).second) continue;
      found.insert(child);
      queue.push_back(child);
    }
  }
}

Result<> one_pass(pid_t root, std::unordered_set<pid_t>& found) {
  if (has_children_files()) {
    add_descendants(root, found, [](pid_t pid) { return children_of(pid).value_or(std::vector<pid_t>{}); });
    return {};
  }
  const ChildrenByParent parents = TRY(scan_parents());
  add_descendants(root, found, [&](pid_t pid) {
    const auto entry = parents.find(pid);
    return entry != parents.end() ? entry->second : std::vector<pid_t>{};
  });
  return {};
}

// The fields of /proc/PID/stat behind the name, which itself may hold blanks and parentheses: state is the first.
Result<> parse_stat(std::string_view text, ProcessFacts& out) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open || close + 2 > text.size())
    return fail(Errc::protocol, fmt::format("cannot read '/proc/{}/stat': unknown format", out.pid));
  out.comm = text.substr(open + 1, close - open - 1);
  std::string_view rest = text.substr(close + 2);
  // Field numbers of proc(5).
  constexpr int kState = 3, kPpid = 4, kPgid = 5, kSession = 6, kUtime = 14, kStime = 15, kStartTime = 22, kRss = 24;
  bool is_valid = true;
  std::uint64_t system_ticks = 0;
  for (int field = kState; field <= kRss && is_valid; ++field) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (field == kState) is_valid = word.size() == 1 && (out.state = word[0], true);
    if (field == kPpid) is_valid = parse_number(word, out.ppid);
    if (field == kPgid) is_valid = parse_number(word, out.pgid);
    if (field == kSession) is_valid = parse_number(word, out.session);
    if (field == kUtime) is_valid = parse_number(word, out.cpu_ticks);
    if (field == kStime) is_valid = parse_number(word, system_ticks);
    if (field == kStartTime) is_valid = parse_number(word, out.start_time);
    if (field == kRss) is_valid = parse_number(word, out.rss_pages);
  }
  out.cpu_ticks += system_ticks;
  if (!is_valid) return fail(Errc::protocol, fmt::format("cannot read '/proc/{}/stat': unknown format", out.pid));
  return {};
}

// Of a variable; empty without it. Entries end with a NUL.
std::string_view value_in(std::string_view environment, std::string_view name) {
  for (std::size_t at = 0; at < environment.size();) {
    const std::string_view entry = environment.substr(at, environment.find('\0', at) - at);
    if (entry.starts_with(name) && entry.substr(name.size()).starts_with('=')) return entry.substr(name.size() + 1);
    at += entry.size() + 1;
  }
  return {};
}

}  // namespace

Result<Orphans> Orphans::open() {
  const pid_t pid = ::getpid();  // The main thread has the process's number.
  UniqueFd file{::open(fmt::format("/proc/self/task/{}/children", pid).c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.is_open()) return Orphans{std::move(file)};
  const int error_number = errno;
  if (::access("/proc/self/stat", R_OK) == 0 && error_number == ENOENT) return Orphans{UniqueFd{}};
  return fail_call(error_number, "cannot list orphans: cannot open '/proc/self/task/*/children'");
}

Result<Orphans> Orphans::open_of(pid_t pid) {
  UniqueFd file{::open(fmt::format("/proc/{0}/task/{0}/children", pid).c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return fail_call(errno, fmt::format("cannot list the children of process {}", pid));
  return Orphans{std::move(file)};
}

Result<std::vector<pid_t>> Orphans::list() const {
  if (!is_exact()) return children_by_scan(::getpid());
  std::string text;
  char buffer[8192];
  for (;;) {
    // Reading on where the last read ended lets the kernel continue from the last child it told; offset 0 starts anew.
    const ssize_t got = ::pread(children_file_.get(), buffer, sizeof buffer, static_cast<off_t>(text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_call(errno, "cannot list orphans");
    if (got == 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  std::vector<pid_t> out;
  append_pids(text, out);
  return out;
}

Result<std::vector<pid_t>> children_of(pid_t pid) {
  CHECK(pid > 0);
  if (!has_children_files()) return children_by_scan(pid);
  std::vector<pid_t> out;
  for (const pid_t task : TRY(numbers_in(fmt::format("/proc/{}/task", pid)))) {
    const Result<std::string> text = read_file(fmt::format("/proc/{}/task/{}/children", pid, task), kChildrenLimit);
    if (text) append_pids(*text, out);  // Otherwise this thread ended; its children are another thread's now.
  }
  return out;
}

Result<std::vector<pid_t>> descendants_of(pid_t pid) {
  CHECK(pid > 0);
  TRY(process_facts(pid));
  std::unordered_set<pid_t> found;
  // Somebody who forks without end is not followed without end.
  constexpr int kMostPasses = 4;
  std::size_t before = 0;
  for (int pass = 0; pass < kMostPasses && (pass == 0 || found.size() != before); ++pass) {
    before = found.size();
    TRY(one_pass(pid, found));
  }
  return std::vector<pid_t>{found.begin(), found.end()};
}

bool is_childless(pid_t pid) noexcept {
  std::array<char, 64> path{};
  const auto make_path = [&](const char* format) { std::snprintf(path.data(), path.size(), format, pid, pid); };
  make_path("/proc/%d/task");
  struct stat tasks = {};
  constexpr nlink_t kOneThread = 3;  // "." and ".." besides.
  if (::stat(path.data(), &tasks) != 0 || tasks.st_nlink != kOneThread) return false;
  make_path("/proc/%d/task/%d/children");
  const UniqueFd file{::open(path.data(), O_RDONLY | O_CLOEXEC)};
  char first = 0;
  return file.is_open() && ::read(file.get(), &first, 1) == 0;
}

Result<std::vector<pid_t>> all_processes() { return numbers_in("/proc"); }

Result<ProcessFacts> process_facts(pid_t pid) {
  ProcessFacts facts;
  facts.pid = pid;
  const std::string text = TRY(read_file(fmt::format("/proc/{}/stat", pid), kStatLimit));
  TRY(parse_stat(text, facts));
  return facts;
}

Result<bool> executes_our_program(pid_t pid) {
  struct stat its{}, ours{};
  const std::string path = fmt::format("/proc/{}/exe", pid);
  if (::stat(path.c_str(), &its) < 0 || ::stat("/proc/self/exe", &ours) < 0)
    return fail_call(errno, fmt::format("cannot tell the program of process {}", pid));
  return its.st_dev == ours.st_dev && its.st_ino == ours.st_ino;
}

Result<uid_t> process_uid(pid_t pid) {
  // Not the owner of the directory: that is root for a process that may not be dumped.
  const std::string text = TRY(read_file(fmt::format("/proc/{}/status", pid), kStatLimit));
  // "Uid:\treal\teffective\tsaved\tfilesystem".
  const std::size_t line = text.find("\nUid:\t");
  const std::size_t real_end = text.find('\t', line == std::string::npos ? line : line + 6);
  const std::size_t end = text.find('\t', real_end == std::string::npos ? real_end : real_end + 1);
  uid_t uid = 0;
  if (end == std::string::npos || !parse_number(std::string_view{text}.substr(real_end + 1, end - real_end - 1), uid))
    return fail(Errc::protocol, fmt::format("cannot read '/proc/{}/status': unknown format", pid));
  return uid;
}

Result<std::string> process_wait_channel(pid_t pid) {
  std::string text = TRY(read_file(fmt::format("/proc/{}/wchan", pid), kStatLimit));
  return text == "0" ? std::string() : text;
}

Result<std::string> process_command(pid_t pid) {
  const UniqueFd file = TRY(open_read(fmt::format("/proc/{}/cmdline", pid)));
  std::string text(kCommandLimit, '\0');
  const ssize_t length = ::read(file.get(), text.data(), text.size());
  if (length < 0) return fail_call(errno, fmt::format("cannot read '/proc/{}/cmdline'", pid));
  text.resize(static_cast<std::size_t>(length));
  while (text.ends_with('\0')) text.pop_back();
  std::ranges::replace(text, '\0', ' ');
  return text;
}

Result<pid_t> session_of(pid_t pid) {
  CHECK(pid > 0);
  const pid_t session = ::getsid(pid);
  if (session < 0) return fail_call(errno, fmt::format("cannot get the session of process {}", pid));
  return session;
}

Result<std::string> start_of_environment(pid_t pid) {
  const std::string path = fmt::format("/proc/{}/environ", pid);
  const UniqueFd file = TRY(open_read(path));
  std::string text(kEnvironStart, '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  if (got < 0) return fail_call(errno, fmt::format("cannot read '{}'", path));
  text.resize(static_cast<std::size_t>(got));
  return text;
}

std::optional<Invocation> invocation_in(std::string_view environment) {
  Invocation out;
  const std::string_view digits = value_in(environment, "INVOCATION_ID").substr(0, 2 * out.id.bytes.size());
  if (digits.size() != 2 * out.id.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < out.id.bytes.size(); ++i) {
    const char* pair = digits.data() + 2 * i;
    if (std::from_chars(pair, pair + 2, out.id.bytes[i], 16).ptr != pair + 2) return std::nullopt;
  }
  const std::string_view task = value_in(environment, "INVOCATION_TASK");
  std::from_chars(task.data(), task.data() + task.size(), out.task);
  return out;
}

}  // namespace sup::sys
