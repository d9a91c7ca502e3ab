// The files that an import reads: text with a limit, and the folders around them. Foreign files may be hostile, so
// everything that they can make us read or keep has a bound.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/model.hpp"

namespace sup::imports {

inline constexpr std::size_t kMaxSourceBytes = 1 << 20;  // Of one file.
inline constexpr std::size_t kMaxSourceFiles = 2'000;    // Of one import.
inline constexpr std::size_t kMaxSourceLines = 20'000;   // Of one file.

// Reads files for one import and counts them.
class Sources {
 public:
  explicit Sources(Imported& result) : result_(result) {}

  // The text of a file: valid UTF-8 without NUL. What is wrong is a problem of the result.
  [[nodiscard]] std::optional<std::string> read(const std::string& path);
  // The same; nothing, and no problem, if there is no such file.
  [[nodiscard]] std::optional<std::string> read_if_there(const std::string& path);

 private:
  Imported& result_;
  std::size_t files_ = 0;
};

[[nodiscard]] bool is_directory(const std::string& path);
[[nodiscard]] bool is_there(const std::string& path);
[[nodiscard]] bool is_executable(const std::string& path);
// The names in a directory, sorted; none if it cannot be read. At most kMaxSourceFiles.
[[nodiscard]] std::vector<std::string> names_in(const std::string& directory);
// The files that a pattern (of the shell, also over several folders) means, sorted.
[[nodiscard]] std::vector<std::string> files_like(const std::string& pattern);

// The folder of a file, "." if it has none; and its name without the folder.
[[nodiscard]] std::string folder_of(std::string_view path);
[[nodiscard]] std::string_view base_name(std::string_view path);
// Absolute, without "." and "..".
[[nodiscard]] std::string absolute(const std::string& path);

// As uname -n prints it.
[[nodiscard]] std::string machine_name();

// A line of a file, without its end.
struct Line {
  std::uint32_t number = 0;  // From 1.
  std::string_view text;
};
[[nodiscard]] std::vector<Line> lines_of(std::string_view text);
[[nodiscard]] std::string_view trimmed(std::string_view text);
// Cut at each blank or tab.
[[nodiscard]] std::vector<std::string> blank_separated(std::string_view text);

}  // namespace sup::imports
