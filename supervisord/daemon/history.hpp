// History: the events that `ctl events` shows, numbered without gaps, the last ones kept.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/exit_status.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "engine/effect.hpp"
#include "engine/graph.hpp"
#include "spec/rare.hpp"

namespace sup {

enum class Happening : std::uint8_t { started, state, health, shutdown, fd_store, hook, test };
template <>
inline constexpr auto kEnumNames<Happening> = std::array{
    EnumName{Happening::started, "started", "supervisord has started."},
    EnumName{Happening::state, "state", "A service is in another state."},
    EnumName{Happening::health, "health", "The probes of a service have another verdict."},
    EnumName{Happening::shutdown, "shutdown", "supervisord stops everything."},
    EnumName{Happening::fd_store, "fd-store", "A descriptor that a service has stored was dropped, or not stored."},
    EnumName{Happening::hook, "hook", "A command that was to be told of an event has failed, or has missed some."},
    EnumName{Happening::test, "test", "Somebody tries the command that is told of events (`ctl test-hook`)."},
};

struct HistoryEntry {
  std::uint64_t sequence = 0;  // From 1.
  WallTime time{};
  Happening kind = Happening::state;
  InstanceId instance = kNoInstance;
  Rare<std::string> departed{};  // The name of one that has left since; of a test: of the hook.
  RunId run{};
  State from = State::stopped;
  State to = State::stopped;
  Health health_from = Health::unknown;
  Health health_to = Health::unknown;
  std::int32_t pid = 0;
  const Row* row = nullptr;
  Rare<std::string> cause{};
  std::optional<ExitStatus> status{};      // Of the run that has just ended.
  bool awaits_words = false;               // Of a run that has failed: its last lines will be told,
  Rare<std::vector<std::string>> words{};  // and here they are.
};

// As an entry has it: most say nothing, and take no room for it.
[[nodiscard]] inline Rare<std::string> cause_said(std::string text) {
  Rare<std::string> out;
  if (!text.empty()) out.edit() = std::move(text);
  return out;
}

// Bounded: the oldest entries go.
class History {
 public:
  static constexpr std::size_t kKept = 2'048;
  static constexpr std::size_t kWithWords = 128;  // Of these so many have the last lines of a run.

  void add(HistoryEntry entry);
  // The last lines of the run that an entry awaits.
  void add_words(InstanceId instance, RunId run, std::vector<std::string> lines);
  // Something more is known of the last change of this run to this state.
  void add_cause(InstanceId instance, RunId run, State to, const std::string& cause);
  // The instance of this name has left: what is told of it is told by name from now on.
  void depart(InstanceId instance, const std::string& name);
  // The entry after number `sequence` that is kept, or null; what lies between is lost.
  [[nodiscard]] const HistoryEntry* after(std::uint64_t sequence) const;
  [[nodiscard]] std::uint64_t last_sequence() const { return last_; }

  // The numbers of those that are new or different since the last call; the first call tells of all.
  [[nodiscard]] std::vector<std::uint64_t> take_changed();
  [[nodiscard]] const HistoryEntry* find(std::uint64_t sequence) const;
  // Those of an earlier life, in order. What comes next has the number after the last.
  void restore(std::vector<HistoryEntry> entries);

 private:
  std::deque<HistoryEntry> entries_;
  std::deque<std::uint64_t> with_words_;  // Their numbers.
  void note(std::uint64_t sequence);

  std::uint64_t last_ = 0;
  std::vector<std::uint64_t> changed_;
  bool is_recorded_ = false;  // Somebody asks for what has changed.
};

}  // namespace sup
