// One line of text, put together without allocation and written with one call, so that lines of several processes do
// not mix.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace sup::sys {

// Writes all of it, if it can be written at all: whoever does not read what we say must not keep us from our work.
inline void write_text(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

class Line {
 public:
  // What does not fit is left out.
  Line& add(std::string_view text) noexcept {
    const std::size_t fits = std::min(text.size(), bytes_.size() - size_);
    std::ranges::copy(text.substr(0, fits), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += fits;
    return *this;
  }
  Line& add(std::integral auto number) noexcept {
    static_assert(sizeof number >= sizeof(int), "a character is no number");
    std::array<char, 24> digits;
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
  }
  [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, 5000> bytes_;  // A path of 4096 bytes and what is said of it.
  std::size_t size_ = 0;
};

}  // namespace sup::sys
