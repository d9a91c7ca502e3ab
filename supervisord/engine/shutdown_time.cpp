// How the time of a shutdown is divided, and who has to wait for all others.
#include <algorithm>
#include <utility>

#include "engine/engine.hpp"

namespace sup {
namespace {

// Those that are to be stopped after all others, and what they need or come after. Sorted.
std::vector<InstanceId> kept_to_the_end(const World& w) {
  std::vector<InstanceId> out;
  std::vector<char> is_seen(w.instances.size());
  const auto keep = [&](InstanceId id) {
    if (!is_resting(w.at(id).state) && std::exchange(is_seen[id.value], char{1}) == 0) out.push_back(id);
  };
  for (const Instance& i : w.present())
    if (w.spec(i).last) keep(w.id(i));
  for (std::size_t next = 0; next < out.size(); ++next) {
    const Relations& relations = *w.graph[out[next].value];
    std::ranges::for_each(relations.requires_, keep);
    std::ranges::for_each(relations.follows, keep);
  }
  std::ranges::sort(out);
  return out;
}

Duration time_of(const std::vector<Hook>& hooks) {
  Duration out{};
  for (const Hook& hook : hooks) out += hook.timeout;
  return out;
}

Duration time_of_steps(const ServiceSpec& spec) {
  Duration out{};
  for (const StopStep& step : spec.stop->steps) out += step.wait;
  return out;
}

// What its stop may take by its own settings, in the order in which it is done; each has a share of its own.
struct StopParts {
  Duration pre_stop;
  Duration steps;
  Duration post_stop;
};
StopParts stop_parts(const ServiceSpec& spec) {
  return {time_of(spec.pre_stop), time_of_steps(spec), time_of(spec.post_stop)};
}

Duration whole_stop_time(const World& w, const Instance& i) {
  if (is_resting(i.state)) return Duration{};
  const bool is_without = i.state == State::joining || !has_process(w.spec(i));
  const StopParts parts = stop_parts(w.spec(i));
  return kDeathTakes + (is_without ? Duration{} : parts.pre_stop + parts.steps + parts.post_stop);
}

}  // namespace

void Engine::plan_last() {
  last_ = kept_to_the_end(w_);
  const auto is_ours = [this](InstanceId id) { return w_.spec(w_.at(id)).type != ServiceType::external; };
  last_busy_ = static_cast<std::size_t>(std::ranges::count_if(last_, is_ours));
}

// Who is last, and how long the chains are. By hand and depth first, since chains of services may be longer than the
// stack is deep. What is last comes after everything else.
void Engine::plan_shutdown() {
  plan_last();
  stop_chains_.assign(w_.instances.size(), Duration{-1});
  const auto is_known = [this](InstanceId id) { return stop_chains_[id.value] >= Duration{}; };
  const auto each_next = [this](InstanceId id, const auto& look) {
    std::ranges::for_each(w_.graph[id.value]->requires_, look);
    std::ranges::for_each(w_.graph[id.value]->follows, look);
  };
  const auto whole = [this](InstanceId id) { return whole_stop_time(w_, w_.at(id)) + stop_chains_[id.value]; };
  const auto note = [&](InstanceId root) {
    std::vector<InstanceId> path{root};
    while (!path.empty()) {
      const InstanceId id = path.back();
      const std::size_t before = path.size();
      // All of them at once, so that one who needs thousands is looked at twice and not thousands of times.
      each_next(id, [&](InstanceId r) {
        if (!is_known(r)) path.push_back(r);
      });
      if (path.size() > before) continue;
      path.pop_back();
      if (is_known(id)) continue;  // Several wanted to know it.
      Duration chain{};
      each_next(id, [&](InstanceId r) { chain = std::max(chain, whole(r)); });
      stop_chains_[id.value] = chain;
    }
  };
  for (const Instance& i : w_.present()) note(w_.id(i));
  Duration last{};
  for (const InstanceId id : last_) last = std::max(last, whole(id));
  for (const Instance& i : w_.present()) w_.note(w_.id(i));
  for (const Instance& i : w_.present())
    if (!is_last(w_.id(i))) stop_chains_[w_.id(i).value] = std::max(stop_chains_[w_.id(i).value], last);
}

// The time that is left is divided in the proportions of what each of the chain would take: so none that hangs takes
// the time of those that are stopped after it. Nor do its own hooks before the stop take that of its stop steps.
void Engine::share_time(InstanceId id) {
  Instance& i = w_.edit(id);
  const StopParts parts = stop_parts(w_.spec(i));
  Duration own = parts.steps;
  Duration after = parts.post_stop + stop_chains_[id.value];
  if (i.phase == Phase::pre_stop) {
    own = parts.pre_stop;
    after += parts.steps;
  } else if (i.phase == Phase::post_stop) {
    own = parts.post_stop;
    after -= parts.post_stop;
  }
  i.stop_by = kNever;
  // What nobody waits for has all that is left; but hooks before the stop have its first step after them in any case.
  const bool is_awaited = after > Duration{} || i.phase == Phase::pre_stop;
  if (own == Duration{} || !is_awaited || w_.is_out_of_patience) return;
  const double share = static_cast<double>(own.count()) / static_cast<double>((own + kDeathTakes + after).count());
  const Duration left = std::max(shutdown_deadline_ - w_.now, Duration{});
  i.stop_by = w_.now + Duration{static_cast<Duration::rep>(static_cast<double>(left.count()) * share)};
}

bool Engine::is_last(InstanceId id) const { return std::ranges::binary_search(last_, id); }

// They have been told, or are now.
std::vector<InstanceId> Engine::forget_last() {
  for (const InstanceId id : last_) w_.note(id);
  return std::exchange(last_, {});
}

bool Engine::is_turn_of_last() const { return !last_.empty() && last_busy_ == busy_count_; }

// All of them hear at once that it is their turn, before anything else settles: so none that had to go for another
// reason meanwhile is told to end before what comes after it. What of it is not there is not begun any more.
void Engine::tell_last() {
  const bool is_turn = is_turn_of_last();
  const std::vector<InstanceId> ids = is_turn ? forget_last() : last_;
  for (const InstanceId id : ids) {
    const Instance& i = w_.at(id);
    if (!is_resting(i.state) && i.goal == Goal::up && (is_turn || !is_there(i.state))) dispatch(id, Input::want_down);
  }
}

}  // namespace sup
