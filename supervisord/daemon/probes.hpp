// Probes: asks services whether they work, as the engine orders it. Holds no rule: how often and what follows from an
// answer is the engine's; only the first seconds of a start, where one asks until the first success, are paced here.
#pragma once

#include <memory>
#include <unordered_map>

#include "daemon/probe.hpp"
#include "engine/event.hpp"

namespace sup {

class Probes {
 public:
  using Post = std::move_only_function<void(Event)>;
  static constexpr Duration kReadyAttempt = std::chrono::seconds{10};  // Then it is given up and repeated.

  Probes(loop::Loop& loop, Workers& workers, Runs& runs, Post post)
      : loop_(loop), runs_(runs), steps_(workers), post_(std::move(post)) {}

  // Asks at once, then ever more slowly, until the first success: BecameReady; what it met until then:
  // ReadyProbeFailed.
  void await_ready(InstanceId instance, RunId run, const ProbeSpec& spec);
  // Whether the answer means something only as long as the run goes on.
  enum class About : std::uint8_t { run, external };
  // Asks once, after `delay`: HealthProbed.
  void ask_health(InstanceId instance, RunId run, const HealthSpec& spec, Duration delay, About about);
  // Gives up what is under way. Content if nothing is.
  void stop_ready(InstanceId instance) { watches_.erase(key_of(instance, Purpose::ready)); }
  void stop_health(InstanceId instance) { watches_.erase(key_of(instance, Purpose::health)); }

 private:
  enum class Purpose : std::uint8_t { ready, health };
  struct Watch {
    ProbeSpec spec;
    Purpose purpose = Purpose::ready;
    About about = About::run;
    InstanceId instance;
    RunId run;
    std::uint64_t serial = 0;
    Duration timeout{};
    std::size_t attempts = 0;
    std::string last_failure;
    std::unique_ptr<Probe> probe;        // While an attempt is under way.
    std::unique_ptr<loop::Timer> timer;  // For the next attempt, or for the end of this one.
  };

  static std::uint64_t key_of(InstanceId instance, Purpose purpose) {
    return std::uint64_t{instance.value} << 1 | static_cast<std::uint64_t>(purpose);
  }
  Watch& add(InstanceId instance, RunId run, const ProbeSpec& spec, Purpose purpose);
  void on_timer(std::uint64_t key);
  void attempt(std::uint64_t key, Watch& watch);
  void on_answer(std::uint64_t key, std::string failure);
  void on_ready_answer(std::uint64_t key, Watch& watch, std::string failure);

  loop::Loop& loop_;
  Runs& runs_;
  ProbeSteps steps_;
  Post post_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Watch>> watches_;
  std::uint64_t last_serial_ = 0;
};

}  // namespace sup
