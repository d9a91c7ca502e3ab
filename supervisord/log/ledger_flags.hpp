// How a Carry is written in a record.
#pragma once

#include <array>
#include <string_view>

#include "log/ledger_journal.hpp"
#include "log/ledger_reading.hpp"

namespace sup::log {

struct CarryFlag {
  std::uint32_t bit;
  bool Carry::* member;
};
inline constexpr std::array kCarryFlags = {
    CarryFlag{1, &Carry::is_continuing},
    CarryFlag{2, &Carry::has_return},
    CarryFlag{4, &Carry::has_record},
    CarryFlag{8, &Carry::has_found},
};
inline constexpr std::uint32_t kRecordContinued = 16;
inline constexpr std::uint32_t kRecordTruncated = 32;

[[nodiscard]] inline CarryFacts facts_of(const Carry& carry, std::uint64_t step) {
  CarryFacts facts{.step = step,
                   .record_time = carry.record_time.time_since_epoch().count(),
                   .missing_lines = carry.missing_lines,
                   .missing_bytes = carry.missing_bytes,
                   .progress = carry.progress,
                   .todo = carry.todo,
                   .held = static_cast<std::uint32_t>(carry.held.size()),
                   .record = static_cast<std::uint32_t>(carry.record.size()),
                   .raw = static_cast<std::uint32_t>(carry.raw.size())};
  for (const CarryFlag& flag : kCarryFlags)
    if (carry.*flag.member) facts.flags |= flag.bit;
  if (carry.record_marks.continuation) facts.flags |= kRecordContinued;
  if (carry.record_marks.truncated) facts.flags |= kRecordTruncated;
  return facts;
}

[[nodiscard]] inline Carry carry_of(const CarryFacts& facts, std::string_view text) {
  Carry carry{.held = std::string(text.substr(0, facts.held)),
              .record_time = WallTime{WallTime::duration{facts.record_time}},
              .record = std::string(text.substr(facts.held, facts.record)),
              .record_marks = {(facts.flags & kRecordContinued) != 0, (facts.flags & kRecordTruncated) != 0},
              .missing_lines = facts.missing_lines,
              .missing_bytes = facts.missing_bytes,
              .todo = facts.todo,
              .raw = std::string(text.substr(std::size_t{facts.held} + facts.record)),
              .progress = facts.progress};
  for (const CarryFlag& flag : kCarryFlags) carry.*flag.member = (facts.flags & flag.bit) != 0;
  return carry;
}

}  // namespace sup::log
