#include "daemon/reexec.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "daemon/say.hpp"
#include "guard/holder.hpp"
#include "sys/fd.hpp"

namespace sup {
namespace {

constexpr std::string_view kBefore = "supervisord ";
constexpr std::string_view kAfter = " can go on\n";
constexpr std::size_t kMostSaid = 4'096;

// What has come until now: who was tried has ended, and if it has left somebody behind, nobody waits for him.
std::string read_rest(const UniqueFd& pipe) {
  std::string out(kMostSaid, '\0');
  const ssize_t got = ::read(pipe.get(), out.data(), out.size());
  out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return out;
}

std::string trouble_of(const ExitStatus& status, std::string said) {
  while (said.ends_with('\n')) said.pop_back();
  if (status.signal == SIGKILL) return "it did not say in time whether it could go on";
  const std::string how =
      status.signal != 0 ? "was killed by " + signal_name({status.signal}) : "ended with " + status.text();
  return said.empty() ? "its trial " + how : fmt::format("its trial {}: {}", how, printable(said));
}

// The kernel would execute it, and its interpreter would not find it any more.
bool is_script(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  char mark[2] = {};
  return file.is_open() && ::read(file.get(), mark, sizeof mark) == 2 && std::string_view(mark, 2) == "#!";
}

}  // namespace

std::string own_program() {
  const auto* const called = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  const std::string_view name(called == nullptr ? "" : called);
  std::error_code error;
  // Who was executed by a descriptor is not told where it is.
  if (!name.empty() && !name.starts_with("/dev/fd/")) {
    const auto whole = std::filesystem::absolute(name, error);
    if (!error) return whole.lexically_normal().string();
  }
  constexpr std::string_view kDeleted = " (deleted)";
  std::string linked = std::filesystem::read_symlink("/proc/self/exe", error).string();
  if (linked.ends_with(kDeleted)) linked.resize(linked.size() - kDeleted.size());
  return linked;
}

void leave_bad_program(ManagerRecord& record) {
  struct stat own{};
  if (record.program_before.empty() || ::stat("/proc/self/exe", &own) < 0) return;
  if (own.st_dev != record.program_device || own.st_ino != record.program_inode)
    record.program = std::exchange(record.program_before, {});
}

std::string trial_text(std::string_view version) { return fmt::format("{}{}{}", kBefore, version, kAfter); }

std::string version_in(std::string_view trial_text) {
  const std::size_t end = trial_text.find(kAfter);
  const std::size_t begin = end == trial_text.npos ? end : trial_text.rfind(kBefore, end);
  if (begin == trial_text.npos) return "";
  return std::string(trial_text.substr(begin + kBefore.size(), end - begin - kBefore.size()));
}

Reexec::Reexec(loop::Loop& loop, Workers& workers, Supervisor& supervisor)
    : workers_(workers), supervisor_(supervisor), leave_(loop, [&loop] { loop.stop(); }) {}

Result<> Reexec::begin(std::string program, Done done) {
  if (supervisor_.engine().is_shutting_down()) return fail(Errc::invalid, "supervisord is shutting down");
  if (!guard::Holder::of_this_process().is_guarded())
    return fail(Errc::invalid,
                "supervisord runs without its guard (--no-guard, or it was killed), and only that could keep services "
                "over the change");
  if (done_ || is_leaving_) return fail(Errc::busy, "a program is being tried already");
  program_ = program.empty() ? supervisor_.manager_record().program : std::move(program);
  done_ = std::move(done);
  workers_.submit([this, path = program_]() -> Continuation {
    return [this, opened = open(path)]() mutable { on_opened(std::move(opened)); };
  });
  return {};
}

void Reexec::begin_by_signal(const sys::SignalRecord& record) {
  say::info("USR1 from process {}: going on anew", record.sender_pid);
  const auto begun = begin({}, [](const Outcome& outcome) {
    if (!outcome.trouble.empty())
      say::error("cannot go on as {}: {}; nothing has changed", printable(outcome.program), outcome.trouble);
  });
  if (!begun) say::error("cannot go on anew: {}", begun.error().what);
}

Result<Reexec::Opened> Reexec::open(const std::string& program) {
  if (program.empty()) return fail(Errc::not_found, "it is not known where the program is; name it (--program)");
  UniqueFd file(::open(program.c_str(), O_PATH | O_CLOEXEC));
  struct stat status{};
  if (!file.is_open() || ::fstat(file.get(), &status) < 0) return fail_errno(errno, "it cannot be opened");
  if (!S_ISREG(status.st_mode)) return fail(Errc::invalid, "it is no file");
  if (is_script(program)) return fail(Errc::invalid, "it is a script: name the program itself");
  auto pipe = TRY(sys::make_pipe());
  TRY(sys::set_nonblocking(pipe.read_end));
  return Opened{std::move(file), std::move(pipe.read_end), std::move(pipe.write_end), status.st_dev, status.st_ino};
}

void Reexec::on_opened(Result<Opened> opened) {
  if (!done_) return;
  if (!opened) return conclude("", opened.error().what);
  said_ = std::move(opened->said);
  device_ = opened->device;
  inode_ = opened->inode;
  const auto proposed = guard::Holder::of_this_process().propose(opened->program.get(), opened->output.get());
  if (!proposed) conclude("", proposed.error().what);
}

void Reexec::on_trial(const ExitStatus& status) {
  if (!done_) return;
  std::string said = read_rest(said_);
  if (status != ExitStatus{}) return conclude("", trouble_of(status, std::move(said)));
  std::string version = version_in(said);
  if (version.empty()) return conclude("", "it is no supervisord that could go on: its trial did nothing");
  if (supervisor_.engine().is_shutting_down()) return conclude("", "supervisord is shutting down");
  guard::Holder& guard = guard::Holder::of_this_process();
  if (const auto replaced = guard.replace(); !replaced) return conclude("", replaced.error().what);
  conclude(std::move(version), "");
}

void Reexec::on_guard_gone() {
  if (done_) conclude("", "the guard is gone");
}

void Reexec::conclude(std::string version, std::string trouble) {
  said_.reset();
  is_leaving_ = trouble.empty();
  if (is_leaving_) {
    ManagerRecord& record = supervisor_.manager_record();
    record.program_before = std::exchange(record.program, program_);
    record.program_device = device_;
    record.program_inode = inode_;
  }
  Done done = *std::exchange(done_, std::nullopt);
  done({program_, std::move(version), std::move(trouble)});
  // When the turn is over, and with it recorded.
  if (is_leaving_) leave_.arm(Duration{0});
}

}  // namespace sup
