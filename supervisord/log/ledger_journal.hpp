// The journal of the ledger: records, one behind the other. When they have become many, those that still say something
// are copied into the other half, and the first is free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "log/ledger_layout.hpp"
#include "sys/shared_memory.hpp"

namespace sup::log {

enum class RecordKind : std::uint32_t {
  carry,     // What an input carries from one read to the next.
  grow,      // More of its line has come, and no more than that.
  gone,      // It carries nothing.
  put,       // Bytes for a destination, or a message.
  sent,      // So much of that has gone.
  progress,  // Of the step that is under way.
};

struct LedgerRecord {
  RecordKind kind = RecordKind::carry;
  std::string_view name;   // The key of the input, or the name of the destination.
  std::string_view fixed;  // The bytes of one of the structs below.
  std::string_view text;
};

struct CarryFacts {
  std::uint64_t step = 0;  // That it ends.
  std::int64_t record_time = 0;
  std::uint64_t missing_lines = 0;
  std::uint64_t missing_bytes = 0;
  Progress progress = {};  // Of what is to be done,
  Todo todo = Todo::nothing;
  std::uint32_t flags = 0;
  std::uint32_t held = 0;  // The sizes of the three parts of the text.
  std::uint32_t record = 0;
  std::uint32_t raw = 0;
  std::uint32_t reserved = 0;
};
struct StepFacts {
  std::uint64_t step = 0;  // That it ends.
};
struct PutFacts {
  std::uint64_t seq = 0;  // Orders what tells of progress.
  std::uint64_t replaces =
      0;  // 1: it takes the place of all that was put before, and of a batch of this number or a lower one.
  Progress progress = {};
};
struct SentFacts {
  std::uint64_t amount = 0;
  std::uint64_t is_pieces = 0;  // 1: so many of what was put, else so many bytes.
};

class Journal {
 public:
  Journal(const sys::SharedMemory& memory, LedgerHead& head) : memory_(memory), head_(head) {}

  // Begins in this half, which is empty then.
  void begin(std::uint32_t half);
  // What is behind the last record is lost, so that something may be tried.
  [[nodiscard]] std::uint32_t end() const { return end_; }
  [[nodiscard]] std::uint32_t half() const { return half_; }
  // Where the record is; it holds when publish() is called. Errors: limit (the half is full), sys.
  [[nodiscard]] Result<std::uint32_t> append(RecordKind kind, std::string_view name, std::string_view fixed,
                                             std::initializer_list<std::string_view> text = {});
  [[nodiscard]] Result<std::uint32_t> append(const LedgerRecord& record) {
    return append(record.kind, record.name, record.fixed, {record.text});
  }
  void publish();
  [[nodiscard]] LedgerRecord at(std::uint32_t place) const;
  [[nodiscard]] LedgerRecord at(std::uint32_t half, std::uint32_t place) const;

  // Goes through the records of a half. A damaged one is passed over as far as its size is known; what is behind it is
  // looked for.
  class Scan {
   public:
    Scan(const sys::SharedMemory& memory, std::uint32_t half, std::uint64_t end);
    [[nodiscard]] std::optional<LedgerRecord> next();
    [[nodiscard]] std::uint32_t damaged() const { return damaged_; }

   private:
    std::string_view bytes_;
    std::size_t at_ = 0;
    std::uint32_t damaged_ = 0;
  };

 private:
  [[nodiscard]] Result<> provide(std::size_t end);
  [[nodiscard]] char* base() const;

  const sys::SharedMemory& memory_;
  LedgerHead& head_;
  std::uint32_t half_ = 0;
  std::uint32_t end_ = 0;
  std::size_t provided_[2] = {};  // So much of each half has memory.
};

}  // namespace sup::log
