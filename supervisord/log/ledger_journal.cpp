#include "log/ledger_journal.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sup::log {
namespace {

constexpr std::uint32_t kRecordMagic = 0x7265630a;
constexpr std::size_t kAlignment = 8;
constexpr std::size_t kProvided = 64 * 1024;  // At once.
constexpr std::size_t kKept = 1024 * 1024;    // Of a half that is free.

struct RecordHead {
  std::uint32_t magic = kRecordMagic;
  RecordKind kind = RecordKind::carry;
  std::uint32_t name = 0;  // Sizes.
  std::uint32_t fixed = 0;
  std::uint64_t text = 0;
  std::uint64_t sum = 0;
};
static_assert(sizeof(RecordHead) % kAlignment == 0);

std::size_t half_at(std::uint32_t half) { return kLedgerHalvesAt + half * kLedgerHalfBytes; }

std::size_t aligned(std::size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

std::size_t size_of(const RecordHead& head) { return aligned(sizeof head + head.name + head.fixed + head.text); }

// Of the sizes and all that follows.
std::uint64_t sum_of(RecordHead head, std::string_view body) {
  head.sum = 0;
  return checksum(body, checksum(bytes_of(head)));
}

std::string_view body_of(const RecordHead& head, const char* at) {
  return {at + sizeof head, static_cast<std::size_t>(head.name + head.fixed + head.text)};
}

LedgerRecord record_of(const RecordHead& head, const char* at) {
  const std::string_view body = body_of(head, at);
  return {head.kind, body.substr(0, head.name), body.substr(head.name, head.fixed),
          body.substr(std::size_t{head.name} + head.fixed)};
}

// Whether there can be such a record in so many bytes.
bool fits(const RecordHead& head, std::size_t left) {
  return head.magic == kRecordMagic && head.text <= left && head.name <= left && head.fixed <= left &&
         size_of(head) <= left;
}

}  // namespace

char* Journal::base() const { return memory_.data() + half_at(half_); }

void Journal::begin(std::uint32_t half) {
  half_ = half;
  end_ = 0;
}

Result<> Journal::provide(std::size_t end) {
  if (end > kLedgerHalfBytes) return fail(Errc::limit, "the ledger of the log is full");
  std::size_t& provided = provided_[half_];
  if (end <= provided) return {};
  const std::size_t wanted = std::min(kLedgerHalfBytes, (end + kProvided - 1) / kProvided * kProvided);
  TRY(memory_.reserve(half_at(half_) + provided, wanted - provided));
  provided = wanted;
  return {};
}

Result<std::uint32_t> Journal::append(RecordKind kind, std::string_view name, std::string_view fixed,
                                      std::initializer_list<std::string_view> text) {
  RecordHead head{
      .kind = kind, .name = static_cast<std::uint32_t>(name.size()), .fixed = static_cast<std::uint32_t>(fixed.size())};
  for (const std::string_view part : text) head.text += part.size();
  const std::size_t place = end_;
  TRY(provide(place + size_of(head)));
  char* const begin = base() + place;
  char* at = begin + sizeof head;
  const auto add = [&](std::string_view part) { at = std::copy(part.begin(), part.end(), at); };
  add(name);
  add(fixed);
  for (const std::string_view part : text) add(part);
  head.sum = sum_of(head, body_of(head, begin));
  std::memcpy(begin, &head, sizeof head);
  end_ = static_cast<std::uint32_t>(place + size_of(head));
  return static_cast<std::uint32_t>(place);
}

void Journal::publish() {
  publish_word(head_.ends[half_], std::uint64_t{end_});
  const std::uint32_t other = 1 - half_;
  if (provided_[other] <= kKept) return;
  if ((head_.turn.load(std::memory_order_relaxed) & 1) != half_) return;  // It is not free yet.
  memory_.release(half_at(other), provided_[other]);
  provided_[other] = 0;
}

LedgerRecord Journal::at(std::uint32_t place) const { return at(half_, place); }

LedgerRecord Journal::at(std::uint32_t half, std::uint32_t place) const {
  const char* const begin = memory_.data() + half_at(half) + place;
  RecordHead head;
  std::memcpy(&head, begin, sizeof head);
  return record_of(head, begin);
}

Journal::Scan::Scan(const sys::SharedMemory& memory, std::uint32_t half, std::uint64_t end)
    : bytes_(memory.data() + half_at(half), std::min<std::uint64_t>(end, kLedgerHalfBytes)) {}

std::optional<LedgerRecord> Journal::Scan::next() {
  bool is_lost = false;
  while (at_ + sizeof(RecordHead) <= bytes_.size()) {
    const char* const begin = bytes_.data() + at_;
    RecordHead head;
    std::memcpy(&head, begin, sizeof head);
    const bool is_record = fits(head, bytes_.size() - at_);
    const bool is_whole = is_record && head.sum == sum_of(head, body_of(head, begin));
    if (!is_whole && !std::exchange(is_lost, true)) ++damaged_;
    if (is_whole) {
      at_ += size_of(head);
      return record_of(head, begin);
    }
    at_ += kAlignment;
  }
  return std::nullopt;
}

}  // namespace sup::log
