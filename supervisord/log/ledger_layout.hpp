// The ledger as it lies in memory: a head with what is under way, the place that is read into, one for what is being
// written, and two halves of which one is the journal.
//
// It is written by one thread, whose stores are seen in their order when it has been killed, since the memory outlives
// it. So what consists of more than one word is written where nobody looks, and then one word says that it holds.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

#include "log/limits.hpp"

namespace sup::log {

inline constexpr std::uint64_t kLedgerMagic = 0x6c65646765720a01;
inline constexpr std::uint32_t kLedgerVersion = 1;
inline constexpr std::size_t kLedgerDestinations = 16;  // Of a source; those beyond may get lines twice.
inline constexpr std::size_t kLedgerPieces = 72;

inline constexpr std::size_t kLedgerHeadBytes = 16 * 1024;
inline constexpr std::size_t kLedgerReadAt = kLedgerHeadBytes;
inline constexpr std::size_t kLedgerSpillAt = kLedgerReadAt + kReadBytes;
inline constexpr std::size_t kLedgerSpillBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kLedgerHalvesAt = kLedgerSpillAt + kLedgerSpillBytes;
inline constexpr std::size_t kLedgerHalfBytes = 24 * 1024 * 1024;
inline constexpr std::size_t kLedgerBytes = kLedgerHalvesAt + 2 * kLedgerHalfBytes;

// Eight bytes at a time; not against anybody who means it.
[[nodiscard]] inline std::uint64_t checksum(std::string_view bytes, std::uint64_t sum = 0x9e3779b97f4a7c15) {
  constexpr std::uint64_t kFactor = 0xff51afd7ed558ccd;
  const auto mix = [&](std::uint64_t word) {
    sum = (sum ^ word) * kFactor;
    sum ^= sum >> 32;
  };
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= bytes.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    mix(word);
  }
  std::uint64_t rest = bytes.size();
  for (; at < bytes.size(); ++at) rest = rest << 8 | static_cast<unsigned char>(bytes[at]);
  mix(rest);
  return sum;
}

// What was stored before holds from now on, and what is stored later comes later.
template <class T>
void publish_word(std::atomic<T>& word, T value) {
  word.store(value, std::memory_order_release);
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

template <class T>
[[nodiscard]] std::string_view bytes_of(const T& value) {
  static_assert(std::has_unique_object_representations_v<T>, "no bytes that nobody has set");
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

// A value that is replaced as a whole.
template <class T>
class Twice {
 public:
  void publish(const T& value) {
    const std::uint32_t next = which_.load(std::memory_order_relaxed) == 1 ? 2 : 1;
    Side& side = sides_[next - 1];
    side.value = value;
    side.sum = checksum(bytes_of(side.value));
    publish_word(which_, next);
  }
  [[nodiscard]] bool is_empty() const { return which_.load(std::memory_order_acquire) == 0; }
  // Nothing if there is none, or if it is damaged.
  [[nodiscard]] std::optional<T> read() const {
    const std::uint32_t which = which_.load(std::memory_order_acquire);
    if (which != 1 && which != 2) return std::nullopt;
    const Side& side = sides_[which - 1];
    if (side.sum != checksum(bytes_of(side.value))) return std::nullopt;
    return side.value;
  }

 private:
  struct Side {
    std::uint64_t sum;
    T value;
  };
  std::array<Side, 2> sides_;
  std::atomic<std::uint32_t> which_;
};

// What is done with an input.
enum class Todo : std::uint32_t {
  nothing,
  read,   // Bytes come from its pipe into the place that is read into.
  take,   // They are there, and become lines.
  flush,  // What it holds of a line becomes one.
  look,   // A record of several lines is complete, or missing lines are told.
  again,  // What an earlier life has left to do.
};

// How far a step has come: for each destination the bytes that were framed in it, or the records that were joined,
// which are written or on their way.
struct Progress {
  std::uint64_t step = 0;
  std::uint64_t missing_lines = 0;
  std::uint64_t missing_bytes = 0;
  std::array<std::uint32_t, kLedgerDestinations> done = {};
};

struct Step {
  std::uint64_t life = 0;
  std::uint64_t seq = 0;
  Todo todo = Todo::nothing;
  std::uint32_t bytes = 0;
  std::uint32_t is_counted = 0;  // Exactly so many are read, or none.
  std::uint32_t key_size = 0;
  std::array<char, kLedgerKeyBytes> key = {};
};

struct Piece {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

// All that is to be written to a destination now. It takes the place of what the journal has for it.
struct Batch {
  std::uint64_t life = 0;
  std::uint64_t seq = 0;
  Progress progress = {};
  Piece name = {};
  std::uint64_t count = 0;
  std::array<Piece, kLedgerPieces> pieces = {};
};

// One write of a batch, of which the file tells afterwards how much of it was done.
struct Flight {
  std::uint64_t batch = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;        // Of the file before.
  std::uint64_t from = 0;        // So much of the batch was written before.
  std::uint64_t bytes = 0;       // To be written, or written if it has landed.
  std::uint32_t is_regular = 0;  // The size says something.
  std::uint32_t has_landed = 0;
};

struct LedgerHead {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t bytes;                             // Of this struct.
  std::atomic<std::uint64_t> turn;                 // The life, and in the last bit the half; 0: the ledger is empty.
  std::array<std::atomic<std::uint64_t>, 2> ends;  // Of the journal in each half.
  std::atomic<std::uint64_t> closed_batch;
  Twice<Step> step;
  Twice<Batch> batch;
  Twice<Flight> flight;
};
static_assert(sizeof(LedgerHead) <= kLedgerHeadBytes);
static_assert(std::is_trivially_destructible_v<LedgerHead>);

// What the place that is read into has before at its end, or everywhere: bytes that no text has.
inline constexpr std::size_t kUnreadBytes = 16;
inline constexpr char kUnread = '\xff';
inline constexpr std::string_view kUnreadEnd = "\xff\xfe\xfd\xf9\xfc\xfa\xfb\xf8\xf9\xfd\xff\xfb\xfa\xfe\xf8\xfc";
static_assert(kUnreadEnd.size() == kUnreadBytes);

}  // namespace sup::log
