// The manager's side of the guard: what a manager is born with, what it gives to be held, and what it is told.
//
// Signals come as signals: the guard queues each (sigqueue(3)) under the pid and uid of who sent it to the guard, so
// sys::read_signals() tells the right sender. With one that asks for the end (asks_to_end) comes a value, the number of
// that ask: SignalRecord::value, 1 for the first that the guard ever heard. A manager records the greatest number that
// it has acted upon; World::asks greater than that is an ask that died with the manager before.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/exit_status.hpp"
#include "base/power.hpp"
#include "base/result.hpp"
#include "base/signals.hpp"
#include "base/time.hpp"
#include "guard/message.hpp"
#include "guard/state.hpp"
#include "sys/unique_fd.hpp"

namespace sup::guard {

struct NamedFd {
  std::string name;
  UniqueFd fd;  // This manager's own copy. The guard keeps the original until it is told to drop it.
};

// The end of a process that had become a child of the guard (a child of a manager that died, or an orphan of its).
// Sequence numbers begin with 1, have no gaps, and order the ends as the guard reaped them.
struct Exit {
  std::uint64_t sequence = 0;
  pid_t pid = 0;
  ExitStatus status;
};

// What the guard had when this manager was born.
struct World {
  std::vector<NamedFd> descriptors;  // Sorted by name.
  std::vector<Exit> exits;           // Not confirmed yet.
  std::uint32_t asks = 0;            // How often somebody asked for the end, see above.
  Signal last_ask;                   // The last of these, and who sent it.
  pid_t last_asker = 0;
  std::uint32_t managers_before = 0;       // 0: this is the first.
  std::optional<ExitStatus> previous_end;  // How the one before ended.
};

// A descriptor that the guard does not hold, since it cannot.
struct Refusal {
  std::string name;
  std::string reason;  // "the guard holds 65536 descriptors already"
};

struct News {
  std::vector<Exit> exits;
  std::vector<Refusal> refusals;
  std::optional<ExitStatus> trial;  // How that of the program ended which was proposed.
  bool is_gone = false;             // The guard itself was killed. Told once; fd() is not to be polled any more.
};

// Without a guard everything here does nothing and succeeds, so nobody needs to ask. All functions may be called from
// any thread. A message waits for at most kSendPatience; the guard always reads.
inline constexpr Duration kSendPatience = std::chrono::seconds(1);
class Holder {
 public:
  // The one of this process: leads to the guard if guard::start() has returned here, else to none.
  [[nodiscard]] static Holder& of_this_process();

  [[nodiscard]] bool is_guarded() const noexcept { return socket_.is_open() && !is_gone_; }
  // 0 without a guard. It is what people and init systems know as supervisord's pid.
  [[nodiscard]] pid_t guard_pid() const noexcept { return guard_pid_; }

  // To be called once, at the start. The descriptors that nobody takes over should be dropped.
  [[nodiscard]] World take_world();

  // Holds a copy of each under its name, in place of what was held under that. When this returns it survives the death
  // of this manager; that it cannot be held is told as news. Errors: sys, timeout.
  struct Named {
    std::string_view name;
    int fd;
  };
  [[nodiscard]] Result<> hold(std::string_view name, int fd);
  [[nodiscard]] Result<> hold(std::span<const Named> several);

  // Lets go of it at the next flush(), unless something is held under that name meanwhile.
  void drop(std::string_view name);
  [[nodiscard]] Result<> flush();

  // Readable when there is news; -1 without a guard.
  [[nodiscard]] int fd() const noexcept { return socket_.get(); }
  // What has been told since. Never waits. Exits are told again to the next manager until they are confirmed.
  [[nodiscard]] News read_news();
  // This manager is up, and exits up to this sequence (0: none) are recorded. A manager that dies before its first call
  // never came up.
  [[nodiscard]] Result<> confirm(std::uint64_t sequence);

  // Asks whether this program (O_PATH) could go on in place of this one: it is executed for a trial (is_trial()), and
  // what it says goes to `output`. How that has ended is news, within Pace::trial. Errors: sys, timeout.
  [[nodiscard]] Result<> propose(int program, int output);
  // When this process has ended, however that is, the program whose trial was good goes on. Errors: sys, timeout.
  [[nodiscard]] Result<> replace();

  // This manager is about to end, and supervisord with it, with this code. The guard ends when this process has.
  void say_goodbye(int code);

 private:
  explicit Holder(const Inheritance& from) : socket_(from.socket), guard_pid_(from.guard), state_(from.state) {}
  [[nodiscard]] Result<> send(std::string_view bytes, std::span<const Named> fds = {});
  void read_message(std::string_view bytes, News& out) const;

  UniqueFd socket_;
  pid_t guard_pid_ = 0;
  const State* state_ = nullptr;  // This process's copy, as it was at its birth.
  std::atomic<bool> is_gone_ = false;
  std::mutex mutex_;  // So that a drop that waits never undoes a later hold.
  std::vector<std::string> dropped_;
};

// The pid under which people and init systems know supervisord: that of the guard, if there is one.
[[nodiscard]] pid_t supervisor_pid() noexcept;
// Whether supervisord is PID 1, by itself or by its guard.
[[nodiscard]] bool is_init() noexcept;
// Whether it is that of a container: PID 1, but not the init of a machine.
[[nodiscard]] bool is_init_of_container() noexcept;
// What the last signal that asked for the end asks of the machine, as far as the guard knew when this manager was born.
[[nodiscard]] PowerAction power_asked_before() noexcept;

}  // namespace sup::guard
