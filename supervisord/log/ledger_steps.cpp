// Ledger: what is under way.
#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.hpp"
#include "log/ledger.hpp"
#include "log/ledger_flags.hpp"

namespace sup::log {
namespace {

// Of what may have more at any moment, or hands over less than it says.
constexpr std::size_t kUncountedBytes = 4096;

bool is_nothing(const Carry& carry) {
  return carry.held.empty() && !carry.is_continuing && !carry.has_return && !carry.has_record &&
         carry.missing_lines == 0 && carry.missing_bytes == 0 && !carry.has_found;
}

}  // namespace

void Ledger::publish_step(const LedgerAccount& input, Todo todo, std::size_t bytes, bool is_counted) {
  CHECK(input.name.size() <= kLedgerKeyBytes);
  step_ = {.life = life_,
           .seq = step_.seq,
           .todo = todo,
           .bytes = static_cast<std::uint32_t>(bytes),
           .is_counted = is_counted ? 1U : 0U,
           .key_size = static_cast<std::uint32_t>(input.name.size())};
  std::copy(input.name.begin(), input.name.end(), step_.key.begin());
  head_.step.publish(step_);
}

void Ledger::begin_step(const LedgerAccount& input, Todo todo, const Progress& progress) {
  step_.seq = ++seq_;
  progress_ = progress;
  progress_.step = step_.seq;
  staged_count_ = 0;
  staged_missing_ = {};
  publish_step(input, todo, 0, false);
}

// A pipe gives exactly what it says that it has, since nobody else reads it.
std::span<char> Ledger::begin_read(const LedgerAccount& input, const Progress& progress, std::size_t available,
                                   std::size_t wanted) {
  const bool is_counted = available > 0;
  const std::size_t size = std::min(wanted, is_counted ? available : kUncountedBytes);
  char* const place = memory_.data() + kLedgerReadAt;
  if (is_counted) {
    const std::size_t end = std::min(size, kUnreadBytes);
    std::memcpy(place + size - end, kUnreadEnd.data(), end);
  } else {
    std::memset(place, kUnread, size);
  }
  step_.seq = ++seq_;
  progress_ = progress;
  progress_.step = step_.seq;
  staged_count_ = 0;
  staged_missing_ = {};
  publish_step(input, Todo::read, size, is_counted);
  watch(LedgerMoment::before_read);
  return {place, size};
}

void Ledger::taken(std::size_t bytes) {
  watch(LedgerMoment::after_read);
  step_.todo = Todo::take;
  step_.bytes = static_cast<std::uint32_t>(bytes);
  head_.step.publish(step_);
  watch(LedgerMoment::taken);
}

void Ledger::not_taken() {
  step_.todo = Todo::nothing;
  head_.step.publish(step_);
}

void Ledger::stage(std::size_t destination, const LedgerAccount& outbox, std::size_t done) {
  if (destination >= staged_.size()) return;
  while (staged_count_ <= destination) staged_[staged_count_++] = {};
  staged_[destination] = {&outbox, static_cast<std::uint32_t>(done)};
}

void Ledger::stage_missing(const LedgerAccount& outbox, std::uint64_t lines, std::uint64_t bytes) {
  staged_missing_ = {&outbox, lines, bytes};
}

std::size_t Ledger::done(std::size_t destination) const {
  return destination < progress_.done.size() ? progress_.done[destination] : 0;
}

// What was put for this destination is noted together with what follows.
void Ledger::settle_staged(const LedgerAccount& outbox) {
  for (std::size_t i = 0; i < staged_count_; ++i)
    if (staged_[i].outbox == &outbox) progress_.done[i] = staged_[i].done;
  if (staged_missing_.outbox != &outbox) return;
  progress_.missing_lines = staged_missing_.lines;
  progress_.missing_bytes = staged_missing_.bytes;
}

void Ledger::end_step(LedgerAccount& input, const Carry& carry) {
  if (is_nothing(carry)) return forget(input);
  const CarryFacts facts = facts_of(carry, step_.seq);
  const auto place = append(RecordKind::carry, input.name, bytes_of(facts), {carry.held, carry.record, carry.raw});
  if (place) input.records.assign(1, *place);
  watch(LedgerMoment::closed);
  not_taken();
  watch(LedgerMoment::ended);
}

void Ledger::end_step(LedgerAccount& input, std::string_view more_held) {
  const StepFacts facts{step_.seq};
  if (const auto place = append(RecordKind::grow, input.name, bytes_of(facts), {more_held}))
    input.records.push_back(*place);
  watch(LedgerMoment::closed);
  not_taken();
  watch(LedgerMoment::ended);
}

// The step ends with an input that carries nothing.
void Ledger::forget(LedgerAccount& input) {
  if (!input.records.empty()) {
    const StepFacts facts{step_.seq};
    if (append(RecordKind::gone, input.name, bytes_of(facts))) input.records.clear();
    watch(LedgerMoment::closed);
  }
  not_taken();
  watch(LedgerMoment::ended);
}

void Ledger::leave(LedgerAccount& input) {
  forget(input);
  inputs_.erase(input.name);
}

}  // namespace sup::log
