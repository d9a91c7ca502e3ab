// Runs: the main process of a forking service. A pid that somebody tells us is believed only when the kernel says that
// the process is of this run: else a service could have us signal whomever it names.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "daemon/runs.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"

namespace sup {
namespace {

constexpr Duration kNextLook = std::chrono::milliseconds{10};
// A daemon that makes itself in two steps leaves another process for an instant: what stays so long is it.
constexpr Duration kSettled = std::chrono::milliseconds{100};
// So long the processes that a launcher leaves may take to sort themselves out, when no pid file says which is it.
constexpr Duration kPatience = std::chrono::seconds{2};
constexpr std::size_t kPidFileBytes = 64;

// Errors: invalid for what is no pid.
Result<pid_t> read_pid(const std::string& path) {
  const std::string text = TRY(sys::read_file(path, kPidFileBytes));
  const std::string_view word = std::string_view(text).substr(0, text.find_first_of(" \t\r\n"));
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), pid);
  if (error != std::errc{} || end != word.data() + word.size() || pid < 1)
    return fail(Errc::invalid, fmt::format("'{}' holds no pid but '{}'", printable(path), printable(word, 20)));
  return pid;
}

}  // namespace

void Runs::find_main(const FindMain& effect) {
  Run* run = live(effect.instance, effect.run);
  if (run == nullptr || run->is_over) return;
  run->search.reset(new MainSearch{
      0, {}, sys::monotonic_now(), loop::Timer(loop_, [this, effect] { look_for_main(effect.instance, effect.run); })});
  look_for_main(effect.instance, effect.run);
}

void Runs::look_for_main(InstanceId instance, RunId id) {
  Run* run = live(instance, id);
  if (run == nullptr || run->search == nullptr) return;
  if (run->service->spec.pid_file->empty()) return judge_main(instance, id, std::nullopt);
  workers_.submit([this, instance, id, path = *run->service->spec.pid_file]() -> Continuation {
    return [this, instance, id, pid = read_pid(path)]() { judge_main(instance, id, pid); };
  });
}

// `told` is what the pid file says, if there is to be one.
void Runs::judge_main(InstanceId instance, RunId id, const std::optional<Result<pid_t>>& told) {
  look_around();  // Who has come to us since the launcher ended.
  Run* run = live(instance, id);
  if (run == nullptr || run->search == nullptr) return;
  if (run->next_main != 0 && take_next_main(instance, *run)) return;
  MainSearch& search = *run->search;
  const Instant now = sys::monotonic_now();
  const bool is_over_time = now - search.begun >= kPatience;
  const Result<pid_t> found = told ? main_by_pid_file(*run, *told) : main_by_descent(*run);
  if (found && search.candidate != *found) {
    search.candidate = *found;
    search.candidate_since = now;
  }
  const bool is_sure = found && (told || now - search.candidate_since >= kSettled);
  if (is_sure && take_main(instance, *run, *found)) return;
  // What the pid file says may still come, and is waited for as long as the start may take. A refusal is final.
  const bool is_final = !found && (found.error().code == Errc::denied || (!told && is_over_time));
  if (!is_final) return search.next_look.arm(kNextLook);
  run->search.reset();
  post_(MainLost{instance, id, found.error().what});
}

// It is our child, so the number is its own until we reap it.
bool Runs::take_main(InstanceId instance, Run& run, pid_t pid) {
  auto process = sys::open_process(pid);
  const auto facts = sys::process_facts(pid);
  if (!process || !facts) return false;
  run.main = std::move(*process);
  run.main_group = facts->pgid;
  run.main_is_gone = false;
  note(run);
  std::erase(draining_, instance);  // Its end is looked for anew, and told once.
  run.search.reset();
  post_(MainFound{instance, run.id, pid});
  return true;
}

// Errors: denied if it may not be the main process; all others may pass.
Result<pid_t> Runs::main_by_pid_file(const Run& run, const Result<pid_t>& told) const {
  const std::string& path = *run.service->spec.pid_file;
  const pid_t pid = TRY(told);
  const auto members = members_of(run);
  if (std::ranges::binary_search(members, pid)) {
    if (std::ranges::find(run.orphans, pid) != run.orphans.end()) return pid;
    const auto facts = sys::process_facts(pid);
    return fail(Errc::busy, fmt::format("pid-file '{}': process {} is a child of {} and not of supervisord",
                                        printable(path), pid, facts ? facts->ppid : 0));
  }
  // An old file that the daemon has not written anew names a process that is gone, or a stranger.
  // Asked without /proc, which may hide what other users run.
  if (const auto there = sys::open_process(pid); !there && there.error().code == Errc::not_found)
    return fail(Errc::not_found, fmt::format("pid-file '{}': no process {}", printable(path), pid));
  const bool is_old = sys::monotonic_now() - run.search->begun < kPatience;
  return fail(is_old ? Errc::busy : Errc::denied,
              fmt::format("pid-file '{}': process {} is not of this service", printable(path), pid));
}

// The one process that has come to us, when the launcher ended, and from which all others descend.
Result<pid_t> Runs::main_by_descent(const Run& run) const {
  if (run.orphans.size() == 1) return run.orphans.front();
  if (run.orphans.empty()) return fail(Errc::not_found, "its command left no process behind that came to supervisord");
  return fail(Errc::busy,
              fmt::format("its command left {} processes behind, and no pid-file says which is the main one",
                          run.orphans.size()));
}

}  // namespace sup
