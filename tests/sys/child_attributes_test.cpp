// What a started program finds of limits, priorities and privileges, as the kernel tells it; and how each step fails.
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <sstream>

#include "base/cpu_list.hpp"
#include "sys/accounts.hpp"
#include "sys/cpus.hpp"
#include "sys/fd.hpp"
#include "sys/file.hpp"
#include "sys/limits.hpp"
#include "sys/privileges.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

namespace {

constexpr int kNetBindService = 10;
constexpr int kChown = 0;

sup::CapabilitySet only(std::initializer_list<int> numbers) {
  sup::CapabilitySet set;
  for (const int number : numbers) set.bits |= std::uint64_t{1} << number;
  return set;
}

// One field of what `cat /proc/self/status` printed.
std::string field_of(const std::string& status, const std::string& name) {
  const std::size_t start = status.find("\n" + name + ":");
  REQUIRE(start != std::string::npos);
  const std::size_t value = status.find_first_not_of(" \t", start + name.size() + 2);
  return status.substr(value, status.find('\n', value) - value);
}

ChildSettings as_nobody(ChildSettings settings) {
  settings.uid = kNobody;
  settings.gid = kNobody;
  settings.groups = std::vector<gid_t>{};
  return settings;
}

// The failure's text when started by an ordinary user.
std::string text_as_nobody(SpawnMethod method, const ChildSettings& settings) {
  const TempDir dir;
  const std::string path = dir / "text";
  write_text(path, "", 0666);
  in_forked_process([&] {
    if (::setgroups(0, nullptr) < 0 || ::setresuid(kNobody, kNobody, kNobody) < 0) return 1;
    const auto child = prepare_child(settings);
    const auto process = spawn_by(method, *child);
    const std::string text = process ? "started" : process.error().text();
    const sup::UniqueFd file{::open(path.c_str(), O_WRONLY)};
    return ::write(file.get(), text.data(), text.size()) < 0 ? 2 : 0;
  });
  return read_to_end(sup::UniqueFd{::open(path.c_str(), O_RDONLY)});
}

// A user's process where we can make one.
ChildSettings as_nobody_if_root(ChildSettings settings) {
  return can_change_user() ? as_nobody(std::move(settings)) : settings;
}

std::string own(const std::string& path) { return must(read_file(path, 4096)); }

}  // namespace

TEST_CASE("every limit is set, and ours stay as they are") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const std::string before = own("/proc/self/limits");
  struct Row {
    const char* name;
    const char* line;  // Of /proc/PID/limits.
    std::uint64_t soft;
    std::uint64_t hard;
  };
  // Below any hard limit that a test may meet, and enough for cat(1).
  constexpr std::uint64_t kMega = 1 << 20;
  const Row rows[] = {{"as", "Max address space", 900 * kMega, 1000 * kMega},
                      {"core", "Max core file size", 0, 0},
                      {"cpu", "Max cpu time", 100, 200},
                      {"data", "Max data size", 500 * kMega, 600 * kMega},
                      {"fsize", "Max file size", 7 * kMega, 8 * kMega},
                      {"locks", "Max file locks", 31, 32},
                      {"memlock", "Max locked memory", 4096, 8192},
                      {"msgqueue", "Max msgqueue size", 1000, 2000},
                      {"nice", "Max nice priority", 0, 0},
                      {"nofile", "Max open files", 20, 40},
                      {"nproc", "Max processes", 1001, 1002},
                      {"rss", "Max resident set", 300 * kMega, 400 * kMega},
                      {"rtprio", "Max realtime priority", 0, 0},
                      {"rttime", "Max realtime timeout", 1000, 2000},
                      {"sigpending", "Max pending signals", 11, 12},
                      {"stack", "Max stack size", kMega, 8 * kMega}};
  ChildSettings settings = command({"cat", "/proc/self/limits"});
  for (const Row& row : rows)
    settings.attributes.limits.push_back({limit_resource(row.name).value(), row.soft, row.hard});
  REQUIRE(settings.attributes.limits.size() == RLIM_NLIMITS);
  const std::string text = run(method, std::move(settings)).output;
  for (const Row& row : rows) {
    INFO(row.line);
    std::istringstream line(text.substr(text.find(row.line) + 26));
    std::uint64_t soft = 1, hard = 1;
    line >> soft >> hard;
    REQUIRE(soft == row.soft);
    REQUIRE(hard == row.hard);
  }
  REQUIRE(own("/proc/self/limits") == before);
  REQUIRE(limit_resource("nofiles") == std::nullopt);
}

TEST_CASE("an unlimited limit is unlimited") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  if (must(limit_of(RLIMIT_CPU)).hard != RLIM_INFINITY) return skip("limits.cpu is limited");
  ChildSettings settings = shell("ulimit -t; ulimit -Ht");
  settings.attributes.limits = {{RLIMIT_CPU, 100, RLIM_INFINITY}};
  REQUIRE(run(method, std::move(settings)).output == "100\nunlimited\n");
}

TEST_CASE("limits: what the hard limit forbids is told with the hard limit") {
  if (!can_change_user()) return skip("needs root");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"/bin/true"});
  const std::uint64_t hard = must(limit_of(RLIMIT_NOFILE)).hard;
  settings.attributes.limits = {{RLIMIT_CORE, 0, 0}, {RLIMIT_NOFILE, 10, hard + 1}};
  REQUIRE(text_as_nobody(method, settings) == "limits.nofile '10:" + std::to_string(hard + 1) +
                                                  "': above the hard limit " + std::to_string(hard) +
                                                  " of supervisord, which only root (CAP_SYS_RESOURCE) may raise");
}

TEST_CASE("nice: the child's is as asked, ours is not changed") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const int before = ::getpriority(PRIO_PROCESS, 0);
  ChildSettings settings = command({"nice"});
  settings.attributes.nice = 13;
  REQUIRE(run(method, settings).output == "13\n");
  REQUIRE(::getpriority(PRIO_PROCESS, 0) == before);
  if (!can_change_user()) return skip("needs root");
  settings.attributes.nice = -5;
  REQUIRE(text_as_nobody(method, settings) == "nice '-5': Permission denied");
  if (!has_capability(CAP_SYS_NICE)) return skip("needs CAP_SYS_NICE");
  REQUIRE(run(method, as_nobody(settings)).output == "-5\n");  // Though that user could not ask for it.
}

TEST_CASE("sched-policy: the child's policy and priority are as asked") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const auto seen = [&](SchedSetting sched) {
    ChildSettings settings = command({"sleep", "1000"});
    settings.attributes.sched = sched;
    const ProcessRef process = start(method, std::move(settings));
    sched_param param{};
    const long policy = ::syscall(SYS_sched_getscheduler, process.pid);
    REQUIRE(::syscall(SYS_sched_getparam, process.pid, &param) == 0);
    must(send_group_signal(process.pid, {SIGKILL}));
    must(reap(process));
    return std::pair{static_cast<int>(policy), param.sched_priority};
  };
  REQUIRE(seen({SCHED_BATCH, 0}) == std::pair{SCHED_BATCH, 0});
  REQUIRE(seen({SCHED_IDLE, 0}) == std::pair{SCHED_IDLE, 0});
  REQUIRE(::syscall(SYS_sched_getscheduler, 0) == SCHED_OTHER);
  if (!can_change_user() || !has_capability(CAP_SYS_NICE)) return skip("needs root with CAP_SYS_NICE");
  REQUIRE(seen({SCHED_FIFO, 7}) == std::pair{SCHED_FIFO, 7});
  REQUIRE(seen({SCHED_RR, 99}) == std::pair{SCHED_RR, 99});
  ChildSettings settings = command({"/bin/true"});
  settings.attributes.sched = SchedSetting{SCHED_FIFO, 7};
  settings.attributes.sched_text = "fifo 7";
  REQUIRE(text_as_nobody(method, settings) == "sched-policy 'fifo 7': Operation not permitted");
}

TEST_CASE("io-class: the child's class and level are as asked") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const auto seen = [&](int io_priority) {
    ChildSettings settings = command({"sleep", "1000"});
    settings.attributes.io_priority = io_priority;
    const ProcessRef process = start(method, std::move(settings));
    const long found = ::syscall(SYS_ioprio_get, 1, process.pid);
    must(send_group_signal(process.pid, {SIGKILL}));
    must(reap(process));
    return found;
  };
  constexpr int kIdle = 3 << 13, kBestEffort6 = 2 << 13 | 6, kRealtime0 = 1 << 13;
  const long before = ::syscall(SYS_ioprio_get, 1, 0);
  REQUIRE(seen(kIdle) == kIdle);
  REQUIRE(seen(kBestEffort6) == kBestEffort6);
  REQUIRE(::syscall(SYS_ioprio_get, 1, 0) == before);
  if (!can_change_user()) return skip("needs root");
  REQUIRE(seen(kRealtime0) == kRealtime0);
  ChildSettings settings = command({"/bin/true"});
  settings.attributes.io_priority = kRealtime0;
  settings.attributes.io_priority_text = "realtime:0";
  REQUIRE(text_as_nobody(method, settings) == "io-class 'realtime:0': Operation not permitted");
}

TEST_CASE("cpu-affinity: the child may run on these CPUs only") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const std::string before = field_of(own("/proc/self/status"), "Cpus_allowed_list");
  const std::uint16_t last = must(sup::parse_cpu_list(before)).back();
  ChildSettings settings = command({"cat", "/proc/self/status"});
  settings.attributes.cpu_mask = cpu_mask({last});
  REQUIRE(field_of(run(method, std::move(settings)).output, "Cpus_allowed_list") == std::to_string(last));
  REQUIRE(field_of(own("/proc/self/status"), "Cpus_allowed_list") == before);
  REQUIRE(std::ranges::count(must(present_cpus()), last) == 1);

  settings = command({"/bin/true"});
  settings.attributes.cpu_mask = cpu_mask({8000});
  settings.attributes.cpus_text = "8000";
  REQUIRE(failure_of(method, std::move(settings)).text() == "cpu-affinity '8000': supervisord may run on none of them");
}

TEST_CASE("oom-score: the child's is as asked, ours is not changed though memory is shared") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const std::string before = own("/proc/self/oom_score_adj");
  ChildSettings settings = command({"cat", "/proc/self/oom_score_adj"});
  settings.attributes.oom_score = OomScore{777, OomScoreFor::asked};
  REQUIRE(run(method, as_nobody_if_root(settings)).output == "777\n");
  REQUIRE(own("/proc/self/oom_score_adj") == before);
}

TEST_CASE("oom-score: going below what we were given is refused when asked for, and let be when reset") {
  if (!can_change_user()) return skip("needs root");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"/bin/true"});
  settings.attributes.oom_score = OomScore{-1000, OomScoreFor::asked};
  REQUIRE(text_as_nobody(method, settings) ==
          "oom-score '-1000': not permitted, it needs CAP_SYS_RESOURCE to go below what supervisord was given");
  settings.attributes.oom_score = OomScore{-1000, OomScoreFor::reset};
  REQUIRE(text_as_nobody(method, settings) == "started");
}

TEST_CASE("capabilities: a user other than root has exactly the ones that are kept") {
  if (!can_change_user()) return skip("needs root");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = as_nobody(command({"cat", "/proc/self/status"}));
  settings.attributes.capabilities = only({kNetBindService});
  settings.attributes.has_no_new_privileges = true;
  const std::string status = run(method, std::move(settings)).output;
  REQUIRE(field_of(status, "Uid") == "65534\t65534\t65534\t65534");
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    INFO(set);
    REQUIRE(field_of(status, set) == "0000000000000400");
  }
  REQUIRE(field_of(status, "NoNewPrivs") == "1");
}

TEST_CASE("capabilities: root keeps only these, none and all mean what they say") {
  if (!can_change_user()) return skip("needs root");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const auto status_with = [&](sup::CapabilitySet kept) {
    ChildSettings settings = command({"cat", "/proc/self/status"});
    settings.attributes.capabilities = kept;
    return run(method, std::move(settings)).output;
  };
  const std::string before = own("/proc/self/status");
  const std::string chown = status_with(only({kChown}));
  REQUIRE(field_of(chown, "CapEff") == "0000000000000001");
  REQUIRE(field_of(chown, "CapBnd") == "0000000000000001");
  const std::string none = status_with({});
  REQUIRE(field_of(none, "CapPrm") == "0000000000000000");
  REQUIRE(field_of(none, "CapBnd") == "0000000000000000");
  const std::string all = status_with({sup::CapabilitySet::kAll});
  REQUIRE(field_of(all, "CapEff") == field_of(before, "CapPrm"));
  REQUIRE(field_of(all, "CapBnd") == field_of(before, "CapBnd"));
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
    REQUIRE(field_of(own("/proc/self/status"), set) == field_of(before, set));
}

TEST_CASE("capabilities: what we do not have, what the kernel does not know, and who may not drop any") {
  if (!can_change_user()) return skip("needs root");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"/bin/true"});
  settings.attributes.capabilities = only({63});
  REQUIRE(failure_of(method, settings).text() ==
          "capabilities '63': this kernel does not know it, its last is " + sup::capability_name(last_capability()));
  settings.attributes.capabilities = only({kChown});
  REQUIRE(text_as_nobody(method, settings) ==
          "capabilities: not permitted, dropping the others needs root (CAP_SETPCAP)");
  // Without one of them in our own set, which is then refused by name.
  const int code = in_forked_process([&] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2] = {};
    if (::syscall(SYS_capget, &header, data) < 0) return 1;
    data[0].effective &= ~(1U << kNetBindService);
    data[0].permitted &= ~(1U << kNetBindService);
    if (::syscall(SYS_capset, &header, data) < 0) return 2;
    settings.attributes.capabilities = only({kChown, kNetBindService});
    const auto child = prepare_child(settings);
    const auto process = spawn_by(method, *child);
    return !process && process.error().text() == "capabilities 'net-bind-service': supervisord does not have it" ? 0
                                                                                                                 : 3;
  });
  REQUIRE(code == 0);
}

TEST_CASE("no-new-privileges is set only where it is asked for") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"cat", "/proc/self/status"});
  const std::string before = field_of(own("/proc/self/status"), "NoNewPrivs");
  REQUIRE(field_of(run(method, settings).output, "NoNewPrivs") == before);
  settings.attributes.has_no_new_privileges = true;
  REQUIRE(field_of(run(method, std::move(settings)).output, "NoNewPrivs") == "1");
  REQUIRE(field_of(own("/proc/self/status"), "NoNewPrivs") == before);
}

TEST_CASE("keyring: a private one is new, empty and the user's own") {
  if (!can_change_user()) return skip("needs root");
  if (::access("/proc/keys", R_OK) != 0) return skip("this kernel has no keyrings");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  // A user of whom nothing can be left from before: "_ses" is an anonymous session keyring, listed with its owner.
  const uid_t user = 1'000'000 + 10 * static_cast<uid_t>(::getpid()) + static_cast<uid_t>(method);
  const auto keyrings_of_user = [&](bool is_private) {
    ChildSettings settings = command({"grep", " " + std::to_string(user) + ".* _ses: empty", "/proc/keys"});
    settings.uid = user;
    settings.gid = static_cast<gid_t>(user);
    settings.attributes.has_private_keyring = is_private;
    const std::string text = run(method, std::move(settings)).output;
    return std::ranges::count(text, '\n');
  };
  REQUIRE(keyrings_of_user(false) == 0);
  REQUIRE(keyrings_of_user(true) == 1);
}

TEST_CASE("personality: the child's is as asked, ours is not changed") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const int before = ::personality(0xffffffff);
  ChildSettings settings = command({"cat", "/proc/self/personality"});
  settings.attributes.personality = ADDR_NO_RANDOMIZE;
  REQUIRE(run(method, settings).output == "00040000\n");
  settings.argv = {"uname", "-m"};
  settings.attributes.personality = PER_LINUX32;
  REQUIRE(run(method, settings).output != run(method, command({"uname", "-m"})).output);
  REQUIRE(::personality(0xffffffff) == before);
}

TEST_CASE("root-dir: program, working directory and stdin are inside") {
  if (!can_change_user() || !has_capability(kCapSysChroot)) return skip("needs root");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  // The whole file system is seen through a link into it, so that the program has its libraries.
  ChildSettings settings = command({"/self/exe"});
  settings.attributes.root_dir = "/proc";
  REQUIRE(failure_of(method, settings).text().starts_with("command '/self/exe': "));
  const TempDir dir;
  for (const char* name : {"work", "bin"}) REQUIRE(::mkdir((dir / name).c_str(), 0755) == 0);
  REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
  write_text(dir / "work/input", "from inside\n");
  write_text(dir / "bin/script", "#!/no/such/interpreter\n", 0755);
  settings = as_nobody(command({"script"}));
  settings.env = {{"PATH", "/bin"}};
  settings.working_dir = "/work";
  settings.attributes.root_dir = dir.path();
  settings.attributes.stdin_file = "/work/input";
  REQUIRE(failure_of(method, settings).text() ==
          "command '/bin/script': its interpreter '/no/such/interpreter' is missing");
  settings.attributes.stdin_file = "/etc/passwd";
  REQUIRE(failure_of(method, settings).text() == "stdin '/etc/passwd': No such file or directory");
  settings.working_dir = "/home";
  REQUIRE(failure_of(method, settings).text() == "working-dir '/home': No such file or directory");
  settings.attributes.root_dir = dir / "missing";
  REQUIRE(failure_of(method, settings).text() == "root-dir '" + (dir / "missing") + "': No such file or directory");
  REQUIRE(text_as_nobody(method, [&] {
            ChildSettings plain = command({"/bin/true"});
            plain.attributes.root_dir = "/";
            return plain;
          }()) == "root-dir '/': not permitted, chroot needs root (CAP_SYS_CHROOT)");
}

TEST_CASE("root-dir: the child's root and working directory are in it, ours is not changed") {
  if (!can_change_user() || !has_capability(kCapSysChroot)) return skip("needs root");
  // Where /lib is a link into it, /usr is a root with a C library.
  if (!std::filesystem::is_symlink("/lib") || !std::filesystem::exists("/usr/bin/sleep"))
    return skip("needs a C library below /usr");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = as_nobody(command({"/bin/sleep", "1000"}));
  settings.attributes.root_dir = "/usr";
  settings.working_dir = "/lib";
  const ProcessRef process = start(method, std::move(settings));
  const std::string place = "/proc/" + std::to_string(process.pid);
  REQUIRE(std::filesystem::read_symlink(place + "/root") == "/usr");
  REQUIRE(std::filesystem::read_symlink(place + "/cwd") == "/usr/lib");
  REQUIRE(std::filesystem::read_symlink(place + "/exe") == "/usr/bin/sleep");
  REQUIRE(std::filesystem::read_symlink("/proc/self/root") == "/");
  must(send_signal(process, {SIGKILL}));
  must(reap(process));
}

TEST_CASE("stdin: a file is read from its beginning, blocking, whatever the limit of open files is") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const TempDir dir;
  write_text(dir / "input", "a line\n");
  ChildSettings settings = shell("cat; grep flags /proc/self/fdinfo/0");
  settings.attributes.stdin_file = dir / "input";
  settings.attributes.limits = {{RLIMIT_NOFILE, 8, 8}};
  const sup::UniqueFd high{::fcntl(0, F_DUPFD_CLOEXEC, 900)};
  const std::string output = run(method, settings).output;
  REQUIRE(output.starts_with("a line\nflags:\t"));
  REQUIRE((std::stoul(output.substr(output.find('\t') + 1), nullptr, 8) & O_NONBLOCK) == 0);
}

TEST_CASE("stdin: with the rights of the service's user") {
  if (!can_change_user()) return skip("needs root");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const TempDir dir;
  REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
  write_text(dir / "secret", "of root\n", 0600);
  ChildSettings settings = as_nobody(command({"cat"}));
  settings.attributes.stdin_file = dir / "secret";
  REQUIRE(failure_of(method, settings).text() == "stdin '" + (dir / "secret") + "': Permission denied");
  settings.attributes.stdin_file = dir.path();
  REQUIRE(failure_of(method, settings).text() == "stdin '" + dir.path() + "': Is a directory");
}

TEST_CASE("stdin: a FIFO without a writer neither blocks the start nor ends at once") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const TempDir dir;
  REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
  Pipe out = must(make_pipe());
  ChildSettings settings = shell("read a; read b; echo $a $b");
  settings.attributes.stdin_file = dir / "fifo";
  settings.stdout_fd = out.write_end.get();
  const ProcessRef process = start(method, settings);
  out.write_end.reset();
  for (const char* line : {"one\n", "two\n"}) {  // Two writers, one after the other.
    const sup::UniqueFd writer{::open((dir / "fifo").c_str(), O_WRONLY | O_CLOEXEC)};
    REQUIRE(::write(writer.get(), line, 4) == 4);
  }
  REQUIRE(read_to_end(out.read_end) == "one two\n");
  must(reap(process));
  if (!can_change_user()) return skip("needs root");
  REQUIRE(::chmod((dir / "fifo").c_str(), 0644) == 0);
  settings.stdout_fd = -1;
  REQUIRE(failure_of(method, as_nobody(settings)).text() ==
          "stdin '" + (dir / "fifo") + "': Permission denied (a FIFO is opened for writing, too)");
}

TEST_CASE("groups: a number that nobody may take is told by the names that were written") {
  if (!can_change_user()) return skip("needs root");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"cat", "/proc/self/status"});
  settings.groups = std::vector<gid_t>{777, 4242};
  settings.groups_text = "777, 4242";
  REQUIRE(field_of(run(method, settings).output, "Groups") == "777 4242 ");
  REQUIRE(text_as_nobody(method, settings) == "groups '777, 4242': Operation not permitted");
  REQUIRE(must(own_groups()).size() == static_cast<std::size_t>(::getgroups(0, nullptr)));
}

TEST_CASE("all at once: each attribute is there under the others") {
  if (!can_change_user() || !has_capability(CAP_SYS_NICE)) return skip("needs root with CAP_SYS_NICE");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings =
      as_nobody(shell("nice; id -u; ulimit -n; ulimit -c; cat /proc/self/oom_score_adj; "
                      "grep -E 'CapEff|NoNewPrivs' /proc/$$/status; pwd"));
  settings.working_dir = "/tmp";
  settings.attributes.nice = -3;
  settings.attributes.oom_score = OomScore{10, OomScoreFor::asked};
  settings.attributes.limits = {{RLIMIT_NOFILE, 30, 30}, {RLIMIT_CORE, 0, 0}};
  settings.attributes.capabilities = only({kNetBindService});
  settings.attributes.has_no_new_privileges = true;
  settings.attributes.has_private_keyring = true;
  settings.attributes.root_dir = "/";
  REQUIRE(run(method, std::move(settings)).output ==
          "-3\n65534\n30\n0\n10\nCapEff:\t0000000000000400\nNoNewPrivs:\t1\n/tmp\n");
}
