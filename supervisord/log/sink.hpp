// Where lines are written: one open file, shared by all sources that write to it.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "log/disk_budget.hpp"
#include "log/ledger.hpp"
#include "log/log_file.hpp"
#include "log/on_full.hpp"
#include "log/record.hpp"
#include "log/report.hpp"
#include "log/write_now.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

// Whose lines: `input` tells sources apart, so that two of them never share a line.
struct Writer {
  std::uint64_t input = 0;
  InstanceId service;
};

// Lines that could not be written; without a service they are supervisord's own.
struct Loss {
  std::optional<InstanceId> service;
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
};

// Lines are put, then committed: a plain file is written at once, in one system call; for a pipe, socket or terminal,
// what the reader does not take now stays pending. The bound on that is kept by the caller, who does not put while
// is_full().
//
// A destination that fails (disk full, reader gone) loses lines with an exact count and is tried again with the next
// ones; with OnFull::block a file keeps them, and is_full() tells when the caller has to wait.
class Sink {
 public:
  // `title` names it in messages: "log '/var/log/web.log'", "standard output".
  Sink(UniqueFd file, std::string title);
  ~Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // It is a regular file with a name: looked for before each write, for which the budget makes room, and rotated.
  void keep(LogFileSpec spec, OnFull on_full, DiskBudget& budget);
  void change(LogFileSpec spec, OnFull on_full);

  // The file has content whose last line has no end: the first line put gets a newline in front.
  void start_mid_line() { last_put_ = last_written_ = '\0'; }

  // What is to be written is noted in the ledger, which outlives the sink; what it has from an earlier life is pending.
  void protect(Ledger& ledger, const std::string& name);
  [[nodiscard]] const LedgerAccount* outbox() const { return outbox_; }

  // So much was put into the file before.
  void go_on_from(std::uint64_t position) { put_total_ = position; }

  // The lines as they are. A line that another writer left without end is ended first. The bytes must stay until
  // commit().
  void put(const Writer& writer, const Block& block);
  // supervisord's own lines, each with its end.
  void put_own(std::string_view lines);
  // A message of the log thread among the lines, with its end; does not count when it is lost.
  void put_remark(std::string_view line);
  // Writes what the reader takes without waiting.
  void commit();

  [[nodiscard]] const UniqueFd& file() const { return file_; }
  // Null for what is no regular file.
  [[nodiscard]] LogFile* log_file() const { return log_file_.get(); }
  // Does this with the file, behind all that was put.
  Result<> renew(Result<> (LogFile::*what)(UniqueFd&));
  [[nodiscard]] bool has_pending() const { return sent_ < pending_.size(); }
  // What is pending waits for somebody who reads.
  [[nodiscard]] bool waits_for_reader() const { return has_pending() && transport_ != Transport::plain; }
  // What is pending waits for room on the disk: commit() is to be called every kBlockedRetry.
  [[nodiscard]] bool is_blocked() const { return has_pending() && transport_ == Transport::plain; }
  [[nodiscard]] bool is_full() const;
  // Room has been made enough to let paused sources go on.
  [[nodiscard]] bool is_relaxed() const;
  [[nodiscard]] bool has_room_for_own(std::size_t size) const;
  [[nodiscard]] bool is_failing() const { return error_ != 0; }
  [[nodiscard]] OnFull on_full() const { return on_full_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  // How much to read from a source at once so that what becomes of it fits, each byte being a line of its own at worst,
  // to which `overhead` bytes are added.
  [[nodiscard]] std::size_t read_size(std::size_t overhead) const;

  // How many bytes were put that are written or pending: where the next one comes to stand.
  [[nodiscard]] std::uint64_t position() const { return put_total_ - lost_total_; }
  [[nodiscard]] std::uint64_t unwritten() const;
  [[nodiscard]] std::vector<Loss> take_losses();
  [[nodiscard]] std::vector<Notice> take_notices();

 private:
  enum class Of : std::uint8_t { service, own, remark };
  // Consecutive bytes with one owner, in the order in which they were put.
  struct Share {
    Of of = Of::service;
    InstanceId service;
    std::size_t bytes = 0;
  };

  void begin(std::uint64_t writer);
  void own_up(Of of, InstanceId service, std::string_view bytes);
  void append(Of of, InstanceId service, std::string_view bytes);
  void append_view(const Writer& writer, std::string_view bytes);
  void commit_plain();
  [[nodiscard]] Result<> prepare();
  [[nodiscard]] int write_views();
  [[nodiscard]] int write_part(std::size_t size);
  [[nodiscard]] ssize_t write_noted(std::span<const iovec> parts, std::size_t size);
  [[nodiscard]] std::size_t part_of(std::size_t size);
  void rotate();
  void advance(std::size_t written);
  void hold_back(int error, std::string left);
  void commit_stream();
  void note_sent(std::size_t bytes);
  void drop_written(std::size_t bytes);
  void succeed();
  void fail(int error, std::string_view lost);
  void lose(std::string_view lost);
  void tell_failure();

  UniqueFd file_;
  Transport transport_;
  std::string title_;

  std::unique_ptr<LogFile> log_file_;
  DiskBudget* budget_ = nullptr;
  std::uint64_t put_total_ = 0;
  std::uint64_t lost_total_ = 0;
  OnFull on_full_ = OnFull::drop;
  std::vector<iovec> views_;    // Plain files: lines where they were read,
  std::size_t first_view_ = 0;  // of which these are written.
  std::string pending_;         // Everything else: bytes from sent_ on are yet to be written.
  std::size_t sent_ = 0;
  std::vector<Share> shares_;  // Of all unwritten bytes, from first_share_ on.
  std::size_t first_share_ = 0;

  Ledger* ledger_ = nullptr;
  LedgerAccount* outbox_ = nullptr;
  std::size_t noted_ = 0;  // So much of pending_ is in the ledger, where the transport is not plain.

  std::uint64_t last_writer_ = 0;
  char last_put_ = '\n';
  char last_written_ = '\n';

  int error_ = 0;       // Not 0: the last write failed so,
  std::string reason_;  // in words.
  std::uint64_t lost_lines_ = 0;
  std::uint64_t lost_bytes_ = 0;
  Instant next_notice_;
  std::vector<Loss> losses_;
  std::vector<Notice> notices_;
};

}  // namespace sup::log
