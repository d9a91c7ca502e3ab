// Numbers and texts as bytes, and back: what records are made of.
//
// A number is a varint (7 bits a byte, the lowest first; signed ones zigzag), a text is its length and its bytes.
// Whatever the bytes are, reading them ends within them: a reader that has met nonsense is broken, and gives zeros.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sup::record {

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>((value & 0x7f) | 0x80));
    out_.push_back(static_cast<char>(value));
  }
  void signed_number(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(std::string_view value) {
    number(value.size());
    out_.append(value);
  }

 private:
  std::string& out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] std::uint64_t number();
  [[nodiscard]] std::int64_t signed_number();
  // Lies in what the reader was made from.
  [[nodiscard]] std::string_view text();

  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
  [[nodiscard]] bool is_broken() const { return is_broken_; }
  // At least so many bytes are left: for lists whose length was read, before room is made for them.
  [[nodiscard]] bool has(std::uint64_t bytes) const { return bytes <= rest_.size(); }
  void give_up() {
    is_broken_ = true;
    rest_ = {};
  }

 private:
  std::string_view rest_;
  bool is_broken_ = false;
};

}  // namespace sup::record
