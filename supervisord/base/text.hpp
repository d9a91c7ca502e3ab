// Text that people write and read: durations, sizes, shell words, patterns, suggestions. No locale, no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace sup {

// "500ms", "10s", "2m", "1h30m", "7d"; units ns us ms s m h d, the larger first, each once; a bare "0" is allowed; no
// sign, no blanks, no point; at most 100 years. Errors: invalid, with what would be right.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);
// An exact and short spelling that parse_duration reads back: 1500ms, 10s, 1h30m. Whole seconds are split into d h m s,
// anything finer is a count of the largest unit that divides it.
[[nodiscard]] std::string format_duration(Duration duration);
// For people: two significant units at most ("1.2 s", "3 min 5 s", "2 h 10 min", "4 d 3 h").
[[nodiscard]] std::string human_duration(Duration duration);

// "1 line", "2 lines", "0 lines".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);

// "64MiB", "10MB", "4096", "1.5GiB"; units B kB KB MB GB TB KiB MiB GiB TiB; a whole number of bytes. Errors: invalid.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);
// The shortest exact spelling that parse_size reads back, in binary units where they divide.
[[nodiscard]] std::string format_size(std::uint64_t bytes);
// For people: one digit behind the point below 10 ("3.2 MiB", "120 KiB", "0 B").
[[nodiscard]] std::string human_size(std::uint64_t bytes);

// Splits by the shell's word rules without running a shell: blanks, '...', "...", backslash. No expansion of any kind.
// Errors: invalid for an open quote or a trailing backslash, and for an unquoted character that only a shell gives a
// meaning to (| & ; < > ( ) ` and newline), since the user expected a shell there.
[[nodiscard]] Result<std::vector<std::string>> split_words(std::string_view text);
// The inverse: one line that split_words (and a shell) reads back.
[[nodiscard]] std::string quote_words(std::span<const std::string> words);

// fnmatch(3)-like pattern on a whole name: * ? [a-z] [!a-z] and backslash. Linear in the name's length for one star.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view name);
// Whether `text` holds an unescaped * ? or [.
[[nodiscard]] bool is_glob(std::string_view text);

// Damerau-Levenshtein distance (adjacent swaps count one); for "did you mean".
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);
// The candidate nearest to `word`, if it is near enough to be a typing error (distance <= 1 + length / 4, and not more
// than 3).
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates);

// Control characters, quotes and invalid UTF-8 made visible ("a\nb" -> a\x0ab), at most `limit` bytes (then it ends
// in ...); so are characters that reorder a line (bidirectional marks). For error messages.
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t limit = 200);
// Whether the bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;
// Length of the valid UTF-8 sequence at the front of `bytes` (not empty), or 0 if there is none.
[[nodiscard]] std::size_t utf8_sequence(std::string_view bytes) noexcept;

}  // namespace sup
