// A bounded memory of the last lines: blocks in one circular piece of memory, from which the oldest lines go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "log/record.hpp"

namespace sup::log {

// Costs nothing before the first append; then grows by doubling up to its limit, which bounds all of its memory: the
// lines and kEntryBytes for each block.
class Ring {
 public:
  static constexpr std::size_t kEntryBytes = 56;
  static constexpr std::size_t kLabelMax = 255;

  explicit Ring(std::size_t limit_bytes) : limit_(limit_bytes) {}

  // What the ring knows of a block. `label` bytes (the name for a reader) stand before the `size` bytes of the lines.
  struct Entry {
    Origin origin;
    std::uint32_t size = 0;
    std::uint32_t lines = 0;
    std::uint32_t gone_lines = 0;  // Dropped of the block,
    std::uint32_t gone_bytes = 0;  // and their bytes.
    Marks marks;
    std::uint8_t label = 0;
    [[nodiscard]] std::size_t footprint() const { return kEntryBytes + label + size; }
  };

  // Lines that went: the first `lines` of the block of that origin, which has `lines_left` still.
  struct Dropped {
    Origin origin;
    std::uint32_t lines = 0;
    std::uint32_t lines_left = 0;
  };

  // Appends a block, and tells on_drop(const Dropped&) for each block that lost lines for it. A block that is too big
  // for the whole ring loses its own first lines; a last line which alone is too big is cut and marked truncated.
  template <class OnDrop>
  void append(const Origin& origin, std::string_view label, Block block, OnDrop&& on_drop) {
    label = label.substr(0, kLabelMax);
    const std::uint32_t before = block.lines;
    const char* const begin = block.bytes.data();
    block = fitting(label.size(), block);
    const std::size_t gone_bytes = block.lines > 0 ? static_cast<std::size_t>(block.bytes.data() - begin) : 0;
    while (used_ > 0 && used_ + kEntryBytes + label.size() + block.bytes.size() > limit_)
      on_drop(drop_front(used_ + kEntryBytes + label.size() + block.bytes.size() - limit_));
    if (block.lines < before) on_drop(Dropped{origin, before - block.lines, block.lines});
    if (block.lines > 0) put(origin, label, block, {before - block.lines, static_cast<std::uint32_t>(gone_bytes)});
  }

  [[nodiscard]] bool is_empty() const { return used_ == 0; }
  // Positions are distances from the front, from 0 to used(): entry_at(0) is the oldest block, next(at) the one behind
  // it.
  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] Entry entry_at(std::size_t at) const;
  [[nodiscard]] std::size_t next(std::size_t at) const { return at + entry_at(at).footprint(); }
  // Copies a part of the label and lines of the block at `at`: `size` bytes from `from`, counted from the label's
  // first.
  void copy(std::size_t at, std::size_t from, std::size_t size, char* out) const;
  // Whether a block of so many bytes can be appended and nothing is dropped.
  [[nodiscard]] bool has_room(std::size_t label, std::size_t size) const;

  // Removes the first lines of the oldest block: as few as free `wanted` bytes, or the whole block.
  Dropped drop_front(std::size_t wanted);
  // Gives the memory back.
  void clear();
  [[nodiscard]] std::size_t memory() const { return capacity_; }

 private:
  struct Gone {
    std::uint32_t lines = 0;
    std::uint32_t bytes = 0;
  };
  [[nodiscard]] Block fitting(std::size_t label, Block block) const;
  void put(const Origin& origin, std::string_view label, const Block& block, Gone gone);
  void grow(std::size_t needed);
  void read(std::size_t at, void* out, std::size_t size) const;
  void write(std::size_t at, const void* bytes, std::size_t size);
  void write_entry(std::size_t at, const Entry& entry);
  [[nodiscard]] std::size_t line_end_from(std::size_t at, std::size_t end) const;
  [[nodiscard]] std::uint32_t count_lines(std::size_t at, std::size_t size) const;

  std::size_t limit_;
  std::unique_ptr<char[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t head_ = 0;  // Where position 0 is in memory_.
  std::size_t used_ = 0;
};

}  // namespace sup::log
