// A log thread in a process of its own, which is killed, and begun again on the same ledger by a parent that has kept
// the pipes.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "log/ledger.hpp"
#include "log_bench.hpp"

namespace sup::log_test {

class Lives {
 public:
  // Called in the child; attaches all sources.
  using Attach = std::function<void(LogThread&)>;

  explicit Lives(Attach attach, log::Options options = {}, UniqueFd ledger = new_ledger())
      : attach_(std::move(attach)), options_(std::move(options)), ledger_(std::move(ledger)) {
    options_.ledger = ledger_.get();
  }
  ~Lives() {
    if (child_ > 0) kill();
  }
  Lives(const Lives&) = delete;
  Lives& operator=(const Lives&) = delete;

  enum class Until : unsigned char { killed, drained };
  void begin(Until until, log::LedgerWatch watch = {}) {
    ready_ = new_pipe();
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ > 0) return ready_.write_end.reset();
    options_.ledger_watch = std::move(watch);
    live(until);
  }
  void kill() {
    (void)::kill(child_, SIGKILL);
    (void)wait();
  }
  // All sources are attached.
  void wait_until_ready() const {
    char byte = 0;
    REQUIRE(::read(ready_.read_end.get(), &byte, 1) == 1);
  }
  // Whether it has drained, and not been killed.
  [[nodiscard]] bool wait() {
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) continue;
    child_ = -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  // A life that writes all that there is.
  [[nodiscard]] bool finish() {
    begin(Until::drained);
    return wait();
  }
  [[nodiscard]] const UniqueFd& ledger() const { return ledger_; }
  // What the log thread has said of itself goes there.
  void tell_to(const UniqueFd& pipe) { notices_ = pipe.get(); }

 private:
  static UniqueFd new_ledger() {
    auto made = log::create_ledger();
    REQUIRE(made.has_value());
    return std::move(*made);
  }

  [[noreturn]] void live(Until until) {
    auto started = LogThread::start(options_);
    if (!started) ::_exit(2);
    LogThread& thread = **started;
    attach_(thread);
    thread.settle();
    (void)!::write(ready_.write_end.get(), "r", 1);
    while (until == Until::killed) ::pause();
    const auto drained = thread.drain(sys::monotonic_now() + std::chrono::seconds{20});
    for (const log::Notice& notice : thread.take_notices())
      if (notices_ >= 0) (void)!::write(notices_, (notice.text + "\n").data(), notice.text.size() + 1);
    ::_exit(drained == log::Drained::completely ? 0 : 3);
  }

  Attach attach_;
  log::Options options_;
  UniqueFd ledger_;
  sys::Pipe ready_;
  int notices_ = -1;
  pid_t child_ = -1;
};

inline UniqueFd copy_of(const UniqueFd& fd) { return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)); }

// In the child, where an assertion of Catch2 would only be told there.
inline void attach_or_die(LogThread& thread, log::Source source) {
  if (!thread.attach(std::move(source))) ::_exit(4);
}

inline FileDestination to_file_or_die(const std::string& path, log::Rotation rotation = {}) {
  auto file = sys::open_log(path);
  if (!file) ::_exit(5);
  return {.file = std::move(*file), .path = path, .rotation = rotation};
}

// Of the log and what was rotated from it, oldest first.
inline std::string whole_log(const std::string& path) {
  const std::filesystem::path log(path);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(log.parent_path()))
    if (entry.path().filename().string().starts_with(log.filename().string() + ".")) names.push_back(entry.path());
  std::ranges::sort(names);
  std::string out;
  for (const std::string& name : names) out += content(name);
  return out + content(path);
}

// The lines that begin so, without that.
inline std::vector<std::string> lines_of(const std::string& text, const std::string& begin) {
  std::vector<std::string> out;
  for (const std::string& line : split(text))
    if (line.starts_with(begin)) out.push_back(line.substr(begin.size()));
  return out;
}

}  // namespace sup::log_test
