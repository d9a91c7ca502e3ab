// The ledger: memory that outlives the process, in which the log thread notes what it has read and not written yet. Who
// begins a log thread on the ledger of one that was killed goes on where that one was: no line is lost and none is
// written twice.
//
//   begin a step ─► bytes are read ─► lines are put for a destination, and how far the step is ─► written ─► end
//
// Bytes are read into the ledger, after it says so: how many came is seen from them. What becomes of them is noted
// before it is written, together with how far the step has come by it (Progress). How much of that a killed write has
// done is told by the size of the file; of a pipe, a terminal or a socket nobody can tell, so what was being written in
// that moment is written again. A step that was not ended is done again, without what it has put already. So nothing
// that becomes of bytes has to be the same when it is done again: a time, a rate, a layout.
//
// Costs nothing while nothing is read, and no memory but for what is under way and what inputs carry. Where it cannot
// grow any more the log goes on without it, and that is told.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "log/ledger_journal.hpp"
#include "log/ledger_layout.hpp"
#include "log/ledger_reading.hpp"
#include "sys/shared_memory.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

// A ledger that is empty, for Options::ledger. Errors: sys.
[[nodiscard]] Result<UniqueFd> create_ledger();

// When tests die.
enum class LedgerMoment : std::uint8_t {
  before_read,
  after_read,
  taken,
  put,
  before_write,
  after_write,
  closed,
  ended,
  turned
};
using LedgerWatch = std::function<void(LedgerMoment)>;

// What the journal has of an input or a destination.
struct LedgerAccount {
  std::string name;
  bool is_used = false;  // In this life.
  std::deque<std::uint32_t> records = {};
  std::uint64_t sent = 0;  // Of the first of them.
};

class Ledger {
 public:
  // Reads what an earlier life has left. Errors: invalid (it is none), sys.
  [[nodiscard]] static Result<std::unique_ptr<Ledger>> open(int file, StandardFiles files, LedgerWatch watch);

  // What was left for it, once.
  [[nodiscard]] std::optional<Carry> take_up(const std::string& key);
  [[nodiscard]] std::vector<std::string> take_unsent(const std::string& destination);
  // What nobody has taken up.
  [[nodiscard]] const LeftLedger& left() const { return left_; }
  [[nodiscard]] std::vector<std::string> take_troubles() { return std::exchange(left_.troubles, {}); }

  // Inputs. Who uses an account says so in it.
  [[nodiscard]] LedgerAccount& input(const std::string& key) { return account(inputs_, key); }
  void begin_step(const LedgerAccount& input, Todo todo, const Progress& progress);
  // Where to read to, and how much at most.
  [[nodiscard]] std::span<char> begin_read(const LedgerAccount& input, const Progress& progress, std::size_t available,
                                           std::size_t wanted);
  void taken(std::size_t bytes);
  // Nothing has come.
  void not_taken();
  // What was put last for this destination of the source, numbered from 0, is the step's until there.
  void stage(std::size_t destination, const LedgerAccount& outbox, std::size_t done);
  void stage_missing(const LedgerAccount& outbox, std::uint64_t lines, std::uint64_t bytes);
  // How far an earlier life has brought the step.
  [[nodiscard]] std::size_t done(std::size_t destination) const;
  void end_step(LedgerAccount& input, const Carry& carry);
  // The step has changed nothing but that more of a line is held.
  void end_step(LedgerAccount& input, std::string_view more_held);
  void leave(LedgerAccount& input);

  // Destinations.
  [[nodiscard]] LedgerAccount& outbox(const std::string& name) { return account(outboxes_, name); }
  // All that is to be written to a file now.
  void open_batch(LedgerAccount& outbox, std::span<const iovec> views);
  void before_write(const UniqueFd& file, std::size_t bytes);
  void after_write(std::size_t bytes);
  void close_batch(LedgerAccount& outbox, std::string_view left);
  // Nobody writes there now.
  void leave_outbox(const LedgerAccount& outbox);
  // For what takes only so much at once.
  void put(LedgerAccount& outbox, std::string_view bytes);
  void sent(LedgerAccount& outbox, std::size_t bytes);
  void sent_piece(LedgerAccount& outbox);
  void watch(LedgerMoment moment) const {
    if (watch_) watch_(moment);
  }

 private:
  using Accounts = std::map<std::string, std::unique_ptr<LedgerAccount>>;
  struct Staged {
    const LedgerAccount* outbox = nullptr;
    std::uint32_t done = 0;
  };

  Ledger(sys::SharedMemory memory, LedgerWatch watch);
  [[nodiscard]] static LedgerAccount& account(Accounts& accounts, const std::string& name);
  [[nodiscard]] Result<> begin_life();
  [[nodiscard]] std::optional<std::uint32_t> append(RecordKind kind, std::string_view name, std::string_view fixed,
                                                    std::initializer_list<std::string_view> text = {});
  void make_room(std::size_t bytes);
  [[nodiscard]] Result<> copy_live(std::uint32_t from);
  [[nodiscard]] Result<> copy_account(LedgerAccount& account, std::uint32_t from);
  void give_up(const Error& error);
  void publish_step(const LedgerAccount& input, Todo todo, std::size_t bytes, bool is_counted);
  void settle_staged(const LedgerAccount& outbox);
  void forget(LedgerAccount& input);
  [[nodiscard]] bool add_piece(Batch& batch, std::string_view bytes);
  [[nodiscard]] std::optional<Piece> place(std::string_view bytes);
  void drop_sent(LedgerAccount& outbox);

  sys::SharedMemory memory_;
  LedgerHead& head_;
  Journal journal_;
  LedgerWatch watch_;
  LeftLedger left_;
  bool is_on_ = true;
  std::uint64_t life_ = 0;
  std::uint64_t seq_ = 0;
  std::size_t threshold_ = 0;  // The journal is copied when it is so large.
  Accounts inputs_;
  Accounts outboxes_;

  Step step_;
  Progress progress_;                                    // What is published,
  std::array<Staged, kLedgerDestinations> staged_ = {};  // and what will be when that is noted which is put already.
  std::size_t staged_count_ = 0;
  struct StagedMissing {
    const LedgerAccount* outbox = nullptr;
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
  };
  StagedMissing staged_missing_;
  Batch batch_;
  Flight flight_;
  std::size_t spilled_ = 0;
  std::size_t spill_provided_ = 0;
};

}  // namespace sup::log
