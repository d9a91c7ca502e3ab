#include "log/ledger_reading.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/text.hpp"
#include "log/ledger_flags.hpp"
#include "log/rotation.hpp"
#include "sys/log_directory.hpp"

namespace sup::log {
namespace {

template <class T>
std::optional<T> facts_of(std::string_view bytes) {
  if (bytes.size() != sizeof(T)) return std::nullopt;
  T facts;
  std::memcpy(&facts, bytes.data(), sizeof facts);
  return facts;
}

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

class Reading {
 public:
  Reading(const sys::SharedMemory& memory, StandardFiles files)
      : memory_(memory), head_(*reinterpret_cast<const LedgerHead*>(memory.data())), files_(files) {}

  LeftLedger read() {
    const std::uint64_t turn = head_.turn.load();
    left_.life = turn >> 1;
    left_.half = static_cast<std::uint32_t>(turn & 1);
    if (turn == 0) return std::move(left_);
    closed_batch_ = head_.closed_batch.load();
    read_journal();
    read_batch();
    read_step();
    std::erase_if(left_.unsent, [](const auto& row) { return row.second.empty(); });
    return std::move(left_);
  }

 private:
  void note(std::uint64_t seq) { left_.last_seq = std::max(left_.last_seq, seq); }

  void read_journal() {
    Journal::Scan scan(memory_, left_.half, head_.ends[left_.half].load());
    std::uint32_t strange = 0;
    while (const auto record = scan.next())
      if (!take(*record)) ++strange;
    if (const std::uint32_t bad = scan.damaged() + strange; bad > 0)
      left_.troubles.push_back(fmt::format("the ledger of the log has {}; what they were about is lost or comes twice",
                                           counted(bad, "damaged record")));
  }

  // False if it makes no sense.
  bool take(const LedgerRecord& record) {
    switch (record.kind) {
      case RecordKind::carry: return take_carry(record);
      case RecordKind::grow: return take_grow(record);
      case RecordKind::gone: return take_gone(record);
      case RecordKind::put: return take_put(record);
      case RecordKind::sent: return take_sent(record);
      case RecordKind::progress: return take_progress(record);
    }
    return false;
  }

  void end_step(std::uint64_t step) {
    closed_step_ = std::max(closed_step_, step);
    note(step);
  }

  bool take_carry(const LedgerRecord& record) {
    const auto facts = facts_of<CarryFacts>(record.fixed);
    if (!facts || std::size_t{facts->held} + facts->record + facts->raw != record.text.size()) return false;
    end_step(facts->step);
    left_.inputs.insert_or_assign(std::string(record.name), carry_of(*facts, record.text));
    return true;
  }

  bool take_grow(const LedgerRecord& record) {
    const auto facts = facts_of<StepFacts>(record.fixed);
    if (!facts) return false;
    end_step(facts->step);
    left_.inputs[std::string(record.name)].held += record.text;
    return true;
  }

  bool take_gone(const LedgerRecord& record) {
    const auto facts = facts_of<StepFacts>(record.fixed);
    if (!facts) return false;
    end_step(facts->step);
    left_.inputs.erase(std::string(record.name));
    return true;
  }

  bool take_put(const LedgerRecord& record) {
    const auto facts = facts_of<PutFacts>(record.fixed);
    if (!facts) return false;
    auto& pieces = left_.unsent[std::string(record.name)];
    if (facts->replaces == 1) {
      pieces.clear();
      closed_batch_ = std::max(closed_batch_, facts->seq);
    }
    if (!record.text.empty()) pieces.emplace_back(record.text);
    note_progress(facts->seq, facts->progress);
    return true;
  }

  bool take_sent(const LedgerRecord& record) {
    const auto facts = facts_of<SentFacts>(record.fixed);
    if (!facts) return false;
    drop_front(left_.unsent[std::string(record.name)], facts->amount, facts->is_pieces == 1);
    return true;
  }

  bool take_progress(const LedgerRecord& record) {
    const auto facts = facts_of<PutFacts>(record.fixed);
    if (facts) note_progress(facts->seq, facts->progress);
    return facts.has_value();
  }

  static void drop_front(std::vector<std::string>& pieces, std::uint64_t amount, bool counts_pieces) {
    std::size_t gone = 0;
    while (gone < pieces.size() && amount > 0) {
      const std::uint64_t size = counts_pieces ? 1 : pieces[gone].size();
      if (amount < size) {
        pieces[gone].erase(0, amount);
        break;
      }
      amount -= size;
      ++gone;
    }
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(gone));
  }

  void note_progress(std::uint64_t seq, const Progress& progress) {
    note(seq);
    if (seq < progress_seq_) return;
    progress_seq_ = seq;
    progress_ = progress;
  }

  std::optional<std::string> bytes_of_piece(Piece piece) const {
    if (std::size_t{piece.offset} + piece.size > memory_.size()) return std::nullopt;
    return std::string(memory_.data() + piece.offset, piece.size);
  }

  void read_batch() {
    const auto batch = head_.batch.read();
    if (!batch && !head_.batch.is_empty())
      left_.troubles.emplace_back("the ledger of the log does not know what was written last: it is damaged");
    if (!batch || batch->life != left_.life) return;
    note_progress(batch->seq, batch->progress);
    if (batch->seq <= closed_batch_ || batch->count > batch->pieces.size()) return;
    std::string bytes;
    for (std::size_t i = 0; i < batch->count; ++i) bytes += bytes_of_piece(batch->pieces[i]).value_or("");
    const std::string name = bytes_of_piece(batch->name).value_or("");
    bytes.erase(0, std::min<std::uint64_t>(bytes.size(), written_of(*batch, name)));
    left_.unsent[name] = {std::move(bytes)};
    if (left_.unsent[name].front().empty()) left_.unsent.erase(name);
  }

  // How much of the batch is in its file.
  std::uint64_t written_of(const Batch& batch, const std::string& name) const {
    const auto flight = head_.flight.read();
    if (!flight || flight->batch != batch.seq) return 0;
    if (flight->has_landed != 0) return flight->from + flight->bytes;
    const auto status = flight->is_regular != 0 ? find(*flight, name) : std::nullopt;
    const auto size = status ? static_cast<std::uint64_t>(status->st_size) : 0;
    return flight->from + std::min(flight->bytes, size - std::min(size, flight->size));
  }

  // The file that was written to, which somebody may have given another name since.
  std::optional<struct stat> find(const Flight& flight, const std::string& name) const {
    const auto is_it = [&](const std::optional<struct stat>& status) {
      return status && status->st_dev == flight.device && status->st_ino == flight.inode;
    };
    if (!name.starts_with('/')) {
      struct stat status{};
      const bool is_open = ::fstat(name == kStandardOutput ? files_.out : files_.err, &status) == 0;
      return is_open && is_it(status) ? std::optional(status) : std::nullopt;
    }
    if (const auto status = status_of(name); is_it(status)) return status;
    const sys::LogName parts = sys::split_log_path(name);
    const auto directory = sys::LogDirectory::open(parts.directory);
    if (!directory) return std::nullopt;
    const auto others = directory->list(parts.file);
    if (!others) return std::nullopt;
    for (const auto& other : *others)
      if (const auto status = status_of(parts.directory + "/" + other.name); is_it(status)) return status;
    return std::nullopt;
  }

  void read_step() {
    const auto step = head_.step.read();
    if (!step && !head_.step.is_empty())
      left_.troubles.emplace_back("the ledger of the log does not know what was read last: it is damaged");
    if (!step || step->life != left_.life) return;
    note(step->seq);
    if (step->todo == Todo::nothing || step->seq <= closed_step_ || step->key_size > step->key.size()) return;
    Carry& carry = left_.inputs[std::string(step->key.data(), step->key_size)];
    if (step->todo != Todo::again) {
      carry.todo = step->todo == Todo::read ? Todo::take : step->todo;
      carry.raw.assign(memory_.data() + kLedgerReadAt, arrived(*step));
      carry.progress = {};
    }
    if (progress_.step != step->seq) return;
    carry.progress = progress_;
    carry.missing_lines = progress_.missing_lines;
    carry.missing_bytes = progress_.missing_bytes;
  }

  // How much has come into the place that is read into.
  std::size_t arrived(const Step& step) const {
    if (step.bytes > kReadBytes || (step.todo != Todo::read && step.todo != Todo::take)) return 0;
    const std::string_view place(memory_.data() + kLedgerReadAt, step.bytes);
    if (step.todo == Todo::take) return place.size();
    if (step.is_counted == 0) return place.find_last_not_of(kUnread) + 1;
    const std::size_t end = std::min(kUnreadBytes, place.size());
    return place.ends_with(kUnreadEnd.substr(0, end)) ? 0 : place.size();
  }

  const sys::SharedMemory& memory_;
  const LedgerHead& head_;
  StandardFiles files_;
  LeftLedger left_;
  std::uint64_t closed_step_ = 0;
  std::uint64_t closed_batch_ = 0;
  std::uint64_t progress_seq_ = 0;
  Progress progress_;
};

}  // namespace

LeftLedger read_ledger(const sys::SharedMemory& memory, StandardFiles files) { return Reading(memory, files).read(); }

}  // namespace sup::log
