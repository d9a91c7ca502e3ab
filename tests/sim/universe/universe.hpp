// Universe: one seed, one configuration, one life of an engine in a faulty world, judged at every step.
//
// A universe may have a fate: then the manager dies, and the next one goes on where its records end.
//
// First come the faults, then a calm in which the engine has to bring everything to rest, then the shutdown. The same
// seed and the same source give the same universe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/universe/checkers.hpp"
#include "sim/universe/clients.hpp"
#include "sim/universe/fate.hpp"
#include "sim/universe/mutation.hpp"

namespace sup::sim {

struct Violation {
  std::string_view checker;
  std::string text;
};

enum class Tracing : std::uint8_t { off, on };

class Universe {
 public:
  explicit Universe(std::uint64_t seed, const Mutation& mutation = {}, Tracing tracing = Tracing::off,
                    const Fate& fate = {});
  Universe(const Universe&) = delete;
  Universe& operator=(const Universe&) = delete;

  // Lives until supervisord has finished, or until the first violation.
  void run();

  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }
  // How often each row of the table was taken.
  [[nodiscard]] const std::vector<std::uint64_t>& rows_taken() const { return engine_.world().rows_taken; }
  // How many steps the engine has made.
  [[nodiscard]] std::uint64_t steps() const { return fate_.steps(); }
  // The configuration, and the last events with their effects.
  [[nodiscard]] std::string story() const;

 private:
  void live_with_faults();
  void settle_in_calm();
  void shut_down();
  [[nodiscard]] InstanceId hot_spot();
  void poke_after_the_end();

  void turn(Instant at, std::vector<Event> commands);
  [[nodiscard]] std::vector<Event> gather(std::vector<Event> commands);
  void deliver(Event event);
  void tick();
  void take_effects();
  void obey(const Effect& effect);
  void judge_step();
  // universe_deaths.cpp
  void keep_records();
  [[nodiscard]] Moved live_again();
  Moved die();
  void die(std::vector<Event>& events);
  void judge(std::span<const SceneChecker> checkers);
  void judge(std::span<const EffectChecker> checkers, const Effect& effect);
  void complain(std::string_view checker, std::string text);
  void write_down(std::string line);
  [[nodiscard]] Instant next_happening() const;
  [[nodiscard]] Instant engine_time(Instant at) const;
  // Who has finished does not die any more: it leaves.
  [[nodiscard]] bool is_to_die() { return !violation_ && !scene_.finished && (is_dying_ || fate_.dies_after()); }
  [[nodiscard]] bool is_over() const { return violation_.has_value() || scene_.finished.has_value(); }

  Mutation mutation_;
  Tracing tracing_;
  Dice dice_;
  Situation situation_;
  Cast cast_;
  Kernel kernel_;
  Engine engine_;
  Scene scene_;
  Clients clients_;
  Tamper tamper_;
  Instant now_{};
  std::vector<Effect> waiting_;  // Effects that are carried out at the end of the turn.
  Fate fate_;
  bool is_dying_ = false;                           // It died while it carried out the effects of this step.
  std::map<InstanceId, InstanceRecord> records_;    // Of those that live while it can die.
  std::map<InstanceId, FormerDefinition> formers_;  // Likewise.
  std::optional<Violation> violation_;
  std::vector<std::string> trace_;
};

// Runs the seed; if something is wrong, once more with a trace, and says what: the seed, the checker, the story.
[[nodiscard]] std::optional<std::string> judge_seed(std::uint64_t seed, const Mutation& mutation = {},
                                                    const Fate& fate = {});
// Runs the seed once for each step that it has, or for each `stride`th from `first` on, and the manager dies in that.
[[nodiscard]] std::optional<std::string> judge_deaths(std::uint64_t seed, std::uint64_t first = 1,
                                                      std::uint64_t stride = 1);

}  // namespace sup::sim
