// Ledger: its life, and its journal.
#include "log/ledger.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "base/check.hpp"
#include "log/ledger_flags.hpp"

namespace sup::log {
namespace {

constexpr std::size_t kCopiedAt = 256 * 1024;  // The journal is copied when it is so large at least,
constexpr std::size_t kCopiedTimes = 4;        // and so many times what says something.
constexpr std::size_t kRecordRoom = 1024;      // What a record takes besides its text and its name, at most.

// A ledger of another version is as none.
Result<> begin_head(const sys::SharedMemory& memory, std::vector<std::string>& troubles) {
  TRY(memory.reserve(0, kLedgerSpillAt));
  auto& head = *reinterpret_cast<LedgerHead*>(memory.data());
  const bool is_ours = head.magic == kLedgerMagic && head.version == kLedgerVersion && head.bytes == sizeof(LedgerHead);
  if (is_ours && head.turn.load() != 0) return {};
  if (!is_ours && head.magic != 0)
    troubles.emplace_back("the ledger of the log is of another version: what it has of unwritten output is lost");
  memory.release(0, memory.size());
  TRY(memory.reserve(0, kLedgerSpillAt));
  head.version = kLedgerVersion;
  head.bytes = sizeof(LedgerHead);
  head.magic = kLedgerMagic;
  return {};
}

}  // namespace

Result<UniqueFd> create_ledger() { return sys::make_memory_file("log-ledger", kLedgerBytes); }

Result<std::unique_ptr<Ledger>> Ledger::open(int file, StandardFiles files, LedgerWatch watch) {
  auto memory = TRY(sys::SharedMemory::map(file, kLedgerBytes));
  std::vector<std::string> troubles;
  TRY(begin_head(memory, troubles));
  std::unique_ptr<Ledger> ledger(new Ledger(std::move(memory), std::move(watch)));
  ledger->left_ = read_ledger(ledger->memory_, files);
  ledger->left_.troubles.insert(ledger->left_.troubles.end(), troubles.begin(), troubles.end());
  if (auto begun = ledger->begin_life(); !begun) {
    publish_word(ledger->head_.turn, std::uint64_t{0});  // Or the life after this one would write it all again.
    return std::unexpected(std::move(begun).error());
  }
  return ledger;
}

Ledger::Ledger(sys::SharedMemory memory, LedgerWatch watch)
    : memory_(std::move(memory)),
      head_(*reinterpret_cast<LedgerHead*>(memory_.data())),
      journal_(memory_, head_),
      watch_(std::move(watch)) {}

// What was left is written into the half that it is not in, and becomes valid at once, with what was under way in it.
Result<> Ledger::begin_life() {
  life_ = left_.life + 1;
  seq_ = left_.last_seq + 1;
  journal_.begin(1 - left_.half);
  for (const auto& [key, carry] : left_.inputs) {
    const CarryFacts facts = facts_of(carry, 0);
    input(key).records.push_back(
        TRY(journal_.append(RecordKind::carry, key, bytes_of(facts), {carry.held, carry.record, carry.raw})));
  }
  const PutFacts facts{.seq = seq_};
  for (const auto& [name, pieces] : left_.unsent)
    for (const std::string& piece : pieces)
      outbox(name).records.push_back(TRY(journal_.append(RecordKind::put, name, bytes_of(facts), {piece})));
  journal_.publish();
  threshold_ = std::max(kCopiedAt, kCopiedTimes * journal_.end());
  publish_word(head_.closed_batch, seq_);
  publish_word(head_.turn, life_ << 1 | journal_.half());
  watch(LedgerMoment::turned);
  head_.step.publish({});  // They are of an earlier life, or damaged, and are told once.
  head_.batch.publish({});
  head_.flight.publish({});
  return {};
}

std::optional<Carry> Ledger::take_up(const std::string& key) {
  auto found = left_.inputs.extract(key);
  return found ? std::optional(std::move(found.mapped())) : std::nullopt;
}

std::vector<std::string> Ledger::take_unsent(const std::string& destination) {
  auto found = left_.unsent.extract(destination);
  return found ? std::move(found.mapped()) : std::vector<std::string>{};
}

LedgerAccount& Ledger::account(Accounts& accounts, const std::string& name) {
  auto& entry = accounts[name];
  if (entry == nullptr) entry.reset(new LedgerAccount{name});
  return *entry;
}

// What it knows is not what is any more, so the next life is to know nothing.
void Ledger::give_up(const Error& error) {
  is_on_ = false;
  publish_word(head_.turn, std::uint64_t{0});
  left_.troubles.push_back(error.what + ": output that is under way is lost if supervisord is killed now");
}

std::optional<std::uint32_t> Ledger::append(RecordKind kind, std::string_view name, std::string_view fixed,
                                            std::initializer_list<std::string_view> text) {
  if (!is_on_) return std::nullopt;
  std::size_t size = kRecordRoom + name.size();
  for (const std::string_view part : text) size += part.size();
  make_room(size);
  if (!is_on_) return std::nullopt;
  const auto place = journal_.append(kind, name, fixed, text);
  if (!place) {
    give_up(place.error());
    return std::nullopt;
  }
  journal_.publish();
  return *place;
}

void Ledger::make_room(std::size_t bytes) {
  if (journal_.end() + bytes <= threshold_) return;
  if (const auto done = copy_live(journal_.half()); !done) return give_up(done.error());
  threshold_ = std::min(kLedgerHalfBytes, std::max(kCopiedAt, kCopiedTimes * (journal_.end() + bytes)));
  watch(LedgerMoment::turned);
}

Result<> Ledger::copy_live(std::uint32_t from) {
  journal_.begin(1 - from);
  for (const auto& [name, account] : inputs_) TRY(copy_account(*account, from));
  for (const auto& [name, account] : outboxes_) TRY(copy_account(*account, from));
  const PutFacts facts{.seq = seq_, .progress = progress_};
  (void)TRY(journal_.append(RecordKind::progress, "", bytes_of(facts)));
  journal_.publish();
  publish_word(head_.turn, life_ << 1 | journal_.half());
  return {};
}

Result<> Ledger::copy_account(LedgerAccount& account, std::uint32_t from) {
  for (std::uint32_t& place : account.records) place = TRY(journal_.append(journal_.at(from, place)));
  if (account.sent == 0) return {};
  const SentFacts facts{.amount = account.sent};
  (void)TRY(journal_.append(RecordKind::sent, account.name, bytes_of(facts)));
  return {};
}

}  // namespace sup::log
