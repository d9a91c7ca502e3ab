#include "daemon/probes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sup {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kTimedOut = "timed out";

// What a failed attempt waits for the next, the last again and again. A command costs a process each time.
constexpr std::array kPaces = {milliseconds{10},  milliseconds{20},  milliseconds{50},  milliseconds{100},
                               milliseconds{200}, milliseconds{500}, milliseconds{1000}};
constexpr std::size_t kExecBegins = 3;

Duration pause_after(std::size_t failures, ProbeKind kind) {
  const std::size_t step = failures - 1 + (kind == ProbeKind::exec ? kExecBegins : 0);
  return kPaces[std::min(step, kPaces.size() - 1)];
}

}  // namespace

Probes::Watch& Probes::add(InstanceId instance, RunId run, const ProbeSpec& spec, Purpose purpose) {
  const std::uint64_t key = key_of(instance, purpose);
  auto watch = std::make_unique<Watch>();
  watch->spec = spec;
  watch->purpose = purpose;
  watch->instance = instance;
  watch->run = run;
  watch->serial = ++last_serial_;
  watch->timer = std::make_unique<loop::Timer>(loop_, [this, key] { on_timer(key); });
  return *(watches_[key] = std::move(watch));
}

void Probes::await_ready(InstanceId instance, RunId run, const ProbeSpec& spec) {
  Watch& watch = add(instance, run, spec, Purpose::ready);
  watch.timeout = kReadyAttempt;
  attempt(key_of(instance, Purpose::ready), watch);
}

// The watch of a run stays, so that a step of an earlier probe which hangs is known.
void Probes::ask_health(InstanceId instance, RunId run, const HealthSpec& spec, Duration delay, About about) {
  const auto it = watches_.find(key_of(instance, Purpose::health));
  const bool is_known = it != watches_.end() && it->second->run == run;
  Watch& watch = is_known ? *it->second : add(instance, run, spec, Purpose::health);
  watch.spec = spec;  // It may have been changed since the last probe.
  watch.timeout = spec.timeout;
  watch.about = about;
  watch.timer->arm(delay);
}

// Of an attempt: it takes too long; else the time for one.
void Probes::on_timer(std::uint64_t key) {
  Watch& watch = *watches_.at(key);
  if (watch.probe != nullptr) return on_answer(key, std::string(kTimedOut));
  attempt(key, watch);
}

void Probes::attempt(std::uint64_t key, Watch& watch) {
  ProbeContext context{loop_, runs_, steps_, watch.serial, watch.instance, {}};
  if (const Run* run = runs_.find(watch.instance); run != nullptr && watch.purpose == Purpose::ready)
    context.newer_than = run->begun_at;
  ++watch.attempts;
  watch.timer->arm(watch.timeout);
  watch.probe =
      begin_probe(context, watch.spec, [this, key](std::string failure) { on_answer(key, std::move(failure)); });
}

void Probes::on_answer(std::uint64_t key, std::string failure) {
  Watch& watch = *watches_.at(key);
  watch.timer->disarm();
  watch.probe.reset();
  if (watch.purpose == Purpose::ready) return on_ready_answer(key, watch, std::move(failure));
  // What ends with its main process has not failed by itself.
  const Run* run = runs_.find(watch.instance);
  const bool has_ended = run == nullptr || (run->main_is_gone && run->service->spec.exit_when == RunEndsWith::main);
  if (has_ended && watch.about == About::run) return;
  post_(HealthProbed{watch.instance, watch.run, std::move(failure)});
}

void Probes::on_ready_answer(std::uint64_t key, Watch& watch, std::string failure) {
  if (failure.empty()) {
    post_(BecameReady{watch.instance, watch.run});
    watches_.erase(key);
    return;
  }
  watch.timer->arm(pause_after(watch.attempts, probe_kind(watch.spec)));
  if (failure == watch.last_failure) return;
  watch.last_failure = std::move(failure);
  post_(ReadyProbeFailed{watch.instance, watch.run, fmt::format("{}: {}", probe_text(watch.spec), watch.last_failure)});
}

}  // namespace sup
