#include "log/ring.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/check.hpp"
#include "log/newlines.hpp"

namespace sup::log {
namespace {

// An Entry as it stands in memory. Times are nanoseconds since the epoch.
struct Packed {
  std::int64_t time;
  std::uint64_t sequence;
  std::uint64_t run;
  std::uint64_t position;
  std::uint32_t service;
  std::uint32_t size;
  std::uint32_t lines;
  std::uint32_t gone_lines;
  std::uint8_t stream;
  std::uint8_t continuation;
  std::uint8_t truncated;
  std::uint8_t label;
  std::uint32_t gone_bytes;
};
static_assert(sizeof(Packed) == Ring::kEntryBytes);

constexpr std::size_t kFirstCapacity = 256;

// The bytes behind the first line end at or after `from`; nothing if there is none.
std::string_view after_line_end(std::string_view bytes, std::size_t from) {
  const std::size_t newline = bytes.find('\n', from);
  return newline == std::string_view::npos ? std::string_view{} : bytes.substr(newline + 1);
}

}  // namespace

Ring::Entry Ring::entry_at(std::size_t at) const {
  CHECK(at < used_);
  Packed packed;
  read(at, &packed, sizeof packed);
  return Entry{
      .origin = {.time = WallTime{Duration{packed.time}},
                 .sequence = packed.sequence,
                 .run = RunId{packed.run},
                 .service = InstanceId{packed.service},
                 .stream = static_cast<Stream>(packed.stream),
                 .position = packed.position},
      .size = packed.size,
      .lines = packed.lines,
      .gone_lines = packed.gone_lines,
      .gone_bytes = packed.gone_bytes,
      .marks = {.continuation = packed.continuation != 0, .truncated = packed.truncated != 0},
      .label = packed.label,
  };
}

void Ring::write_entry(std::size_t at, const Entry& entry) {
  const Packed packed{
      .time = entry.origin.time.time_since_epoch().count(),
      .sequence = entry.origin.sequence,
      .run = entry.origin.run.value,
      .position = entry.origin.position,
      .service = entry.origin.service.value,
      .size = entry.size,
      .lines = entry.lines,
      .gone_lines = entry.gone_lines,
      .stream = static_cast<std::uint8_t>(entry.origin.stream),
      .continuation = entry.marks.continuation ? std::uint8_t{1} : std::uint8_t{0},
      .truncated = entry.marks.truncated ? std::uint8_t{1} : std::uint8_t{0},
      .label = entry.label,
      .gone_bytes = entry.gone_bytes,
  };
  write(at, &packed, sizeof packed);
}

void Ring::copy(std::size_t at, std::size_t from, std::size_t size, char* out) const {
  read(at + kEntryBytes + from, out, size);
}

bool Ring::has_room(std::size_t label, std::size_t size) const {
  return used_ + kEntryBytes + std::min(label, kLabelMax) + size <= limit_;
}

// The last lines of a block that the whole ring can hold.
Block Ring::fitting(std::size_t label, Block block) const {
  const std::size_t overhead = kEntryBytes + label;
  const std::size_t room = limit_ > overhead ? limit_ - overhead : 0;
  if (block.bytes.size() <= room) return block;
  if (room == 0) return Block{};
  const std::string_view rest = after_line_end(block.bytes, block.bytes.size() - room - 1);
  if (!rest.empty()) {
    const auto dropped = block.bytes.substr(0, block.bytes.size() - rest.size());
    block.lines -= count_newlines(dropped);
    block.marks.continuation = false;
    block.bytes = rest;
    return block;
  }
  const std::size_t last_end =
      block.bytes.size() < 2 ? std::string_view::npos : block.bytes.rfind('\n', block.bytes.size() - 2);
  const bool is_first = last_end == std::string_view::npos;
  const std::string_view last = is_first ? block.bytes : block.bytes.substr(last_end + 1);
  return Block{last.substr(0, room), 1, {is_first && block.marks.continuation, true}};
}

void Ring::put(const Origin& origin, std::string_view label, const Block& block, Gone gone) {
  const Entry entry{origin,      static_cast<std::uint32_t>(block.bytes.size()), block.lines, gone.lines, gone.bytes,
                    block.marks, static_cast<std::uint8_t>(label.size())};
  if (used_ + entry.footprint() > capacity_) grow(used_ + entry.footprint());
  const std::size_t at = used_;
  used_ += entry.footprint();
  write_entry(at, entry);
  write(at + kEntryBytes, label.data(), label.size());
  write(at + kEntryBytes + label.size(), block.bytes.data(), block.bytes.size());
}

void Ring::grow(std::size_t needed) {
  CHECK(needed <= limit_);
  const std::size_t capacity = std::min(limit_, std::max(kFirstCapacity, std::bit_ceil(needed)));
  auto memory = std::make_unique_for_overwrite<char[]>(capacity);
  read(0, memory.get(), used_);
  memory_ = std::move(memory);
  capacity_ = capacity;
  head_ = 0;
}

Ring::Dropped Ring::drop_front(std::size_t wanted) {
  const Entry entry = entry_at(0);
  const std::size_t first = kEntryBytes + entry.label;
  const std::size_t cut =
      wanted < entry.size ? line_end_from(first + wanted - 1, entry.footprint()) - first : entry.size;
  if (cut >= entry.size) {
    head_ = (head_ + entry.footprint()) % capacity_;
    used_ -= entry.footprint();
    if (used_ == 0) head_ = 0;
    return Dropped{entry.origin, entry.lines, 0};
  }
  Entry rest = entry;
  const std::uint32_t lines = count_lines(first, cut);
  rest.size -= static_cast<std::uint32_t>(cut);
  rest.lines -= lines;
  rest.gone_lines += lines;
  rest.gone_bytes += static_cast<std::uint32_t>(cut);
  rest.marks.continuation = false;
  // The entry and its label move up to the lines that stay.
  std::array<char, kLabelMax> label;
  copy(0, 0, entry.label, label.data());
  head_ = (head_ + cut) % capacity_;
  used_ -= cut;
  write_entry(0, rest);
  write(kEntryBytes, label.data(), entry.label);
  return Dropped{entry.origin, lines, rest.lines};
}

void Ring::clear() {
  memory_.reset();
  capacity_ = head_ = used_ = 0;
}

void Ring::read(std::size_t at, void* out, std::size_t size) const {
  if (size == 0) return;
  const std::size_t start = (head_ + at) % capacity_;
  const std::size_t first = std::min(size, capacity_ - start);
  std::memcpy(out, memory_.get() + start, first);
  std::memcpy(static_cast<char*>(out) + first, memory_.get(), size - first);
}

void Ring::write(std::size_t at, const void* bytes, std::size_t size) {
  if (size == 0) return;
  const std::size_t start = (head_ + at) % capacity_;
  const std::size_t first = std::min(size, capacity_ - start);
  std::memcpy(memory_.get() + start, bytes, first);
  std::memcpy(memory_.get(), static_cast<const char*>(bytes) + first, size - first);
}

// The position behind the first newline in [at, end); `end` if there is none.
std::size_t Ring::line_end_from(std::size_t at, std::size_t end) const {
  while (at < end) {
    const std::size_t start = (head_ + at) % capacity_;
    const std::size_t size = std::min(end - at, capacity_ - start);
    const char* from = memory_.get() + start;
    if (const void* newline = std::memchr(from, '\n', size))
      return at + static_cast<std::size_t>(static_cast<const char*>(newline) - from) + 1;
    at += size;
  }
  return end;
}

std::uint32_t Ring::count_lines(std::size_t at, std::size_t size) const {
  const std::size_t start = (head_ + at) % capacity_;
  const std::size_t first = std::min(size, capacity_ - start);
  const char* memory = memory_.get();
  return count_newlines({memory + start, first}) + count_newlines({memory, size - first});
}

}  // namespace sup::log
