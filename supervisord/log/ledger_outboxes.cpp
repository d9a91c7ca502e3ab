// Ledger: what is on its way to destinations.
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "log/ledger.hpp"
#include "log/views.hpp"

namespace sup::log {
namespace {

constexpr std::size_t kSpillStep = 64 * 1024;

}  // namespace

void Ledger::leave_outbox(const LedgerAccount& outbox) {
  if (outbox.records.empty()) outboxes_.erase(outbox.name);
}

// Where these bytes are in the ledger: where they were read to, or where they are copied to.
std::optional<Piece> Ledger::place(std::string_view bytes) {
  const auto inside = reinterpret_cast<std::uintptr_t>(bytes.data()) - reinterpret_cast<std::uintptr_t>(memory_.data());
  if (inside < memory_.size())
    return Piece{static_cast<std::uint32_t>(inside), static_cast<std::uint32_t>(bytes.size())};
  const std::size_t end = spilled_ + bytes.size();
  if (end > kLedgerSpillBytes) return std::nullopt;
  if (end > spill_provided_) {
    const std::size_t wanted = std::min(kLedgerSpillBytes, (end + kSpillStep - 1) / kSpillStep * kSpillStep);
    if (!memory_.reserve(kLedgerSpillAt, wanted)) return std::nullopt;
    spill_provided_ = wanted;
  }
  const std::size_t at = kLedgerSpillAt + std::exchange(spilled_, end);
  std::copy(bytes.begin(), bytes.end(), memory_.data() + at);
  return Piece{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(bytes.size())};
}

bool Ledger::add_piece(Batch& batch, std::string_view bytes) {
  if (batch.count == batch.pieces.size()) return false;
  const auto piece = place(bytes);
  if (piece) batch.pieces[batch.count++] = *piece;
  return piece.has_value();
}

void Ledger::open_batch(LedgerAccount& outbox, std::span<const iovec> views) {
  settle_staged(outbox);
  if (!is_on_) return;
  spilled_ = 0;
  batch_.life = life_;
  batch_.seq = ++seq_;
  batch_.progress = progress_;
  batch_.count = 0;
  const auto name = place(outbox.name);
  bool is_noted = name.has_value();
  for (std::size_t i = 0; is_noted && i < views.size(); ++i) is_noted = add_piece(batch_, text_of(views[i]));
  if (!is_noted) return give_up(Error{Errc::limit, 0, "the ledger of the log has no room for what is written", {}});
  batch_.name = *name;
  head_.batch.publish(batch_);
  flight_ = {.batch = batch_.seq};
  watch(LedgerMoment::put);
}

void Ledger::before_write(const UniqueFd& file, std::size_t bytes) {
  if (!is_on_) return;
  struct stat status{};
  const bool is_known = ::fstat(file.get(), &status) == 0;
  flight_.from += std::exchange(flight_.bytes, bytes);
  flight_.device = status.st_dev;
  flight_.inode = status.st_ino;
  flight_.size = static_cast<std::uint64_t>(status.st_size);
  flight_.is_regular = is_known && S_ISREG(status.st_mode) ? 1 : 0;
  flight_.has_landed = 0;
  head_.flight.publish(flight_);
  watch(LedgerMoment::before_write);
}

void Ledger::after_write(std::size_t bytes) {
  if (!is_on_) return;
  watch(LedgerMoment::after_write);
  flight_.bytes = bytes;
  flight_.has_landed = 1;
  head_.flight.publish(flight_);
}

// What is left takes the place of what was put before.
void Ledger::close_batch(LedgerAccount& outbox, std::string_view left) {
  if (!is_on_) return;
  if (!left.empty() || !outbox.records.empty()) {
    const PutFacts facts{.seq = ++seq_, .replaces = 1, .progress = progress_};
    const auto place = append(RecordKind::put, outbox.name, bytes_of(facts), {left});
    outbox.records.clear();
    outbox.sent = 0;
    if (place && !left.empty()) outbox.records.push_back(*place);
  }
  publish_word(head_.closed_batch, seq_);
}

void Ledger::put(LedgerAccount& outbox, std::string_view bytes) {
  settle_staged(outbox);
  const PutFacts facts{.seq = ++seq_, .replaces = 0, .progress = progress_};
  if (const auto place = append(RecordKind::put, outbox.name, bytes_of(facts), {bytes}))
    outbox.records.push_back(*place);
  watch(LedgerMoment::put);
}

void Ledger::sent(LedgerAccount& outbox, std::size_t bytes) {
  watch(LedgerMoment::after_write);
  const SentFacts facts{.amount = bytes};
  if (!append(RecordKind::sent, outbox.name, bytes_of(facts))) return;
  outbox.sent += bytes;
  while (!outbox.records.empty()) {
    const std::size_t size = journal_.at(outbox.records.front()).text.size();
    if (outbox.sent < size) break;
    outbox.sent -= size;
    outbox.records.pop_front();
  }
}

void Ledger::sent_piece(LedgerAccount& outbox) {
  const SentFacts facts{.amount = 1, .is_pieces = 1};
  if (append(RecordKind::sent, outbox.name, bytes_of(facts)) && !outbox.records.empty()) outbox.records.pop_front();
}

}  // namespace sup::log
