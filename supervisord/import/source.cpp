#include "import/source.hpp"

#include <fmt/format.h>
#include <glob.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace sup::imports {

namespace {

// Why the text cannot be a source; empty if it can.
std::string fault_of(std::string_view text) {
  if (text.find('\0') != text.npos) return "it has a NUL byte";
  if (!is_utf8(text)) return "it is not valid UTF-8";
  if (static_cast<std::size_t>(std::ranges::count(text, '\n')) > kMaxSourceLines)
    return fmt::format("it has more than {} lines", kMaxSourceLines);
  return {};
}

}  // namespace

std::optional<std::string> Sources::read(const std::string& path) {
  if (++files_ > kMaxSourceFiles) {
    if (files_ == kMaxSourceFiles + 1)
      result_.problem({path}, fmt::format("more than {} files are not read", kMaxSourceFiles));
    return std::nullopt;
  }
  auto text = sys::read_file(path, kMaxSourceBytes);
  if (!text) {
    result_.problem({path}, text.error().what);
    return std::nullopt;
  }
  if (const std::string fault = fault_of(*text); !fault.empty()) {
    result_.problem({path}, fault);
    return std::nullopt;
  }
  if (text->starts_with("\xEF\xBB\xBF")) text->erase(0, 3);  // A mark of the byte order says nothing in UTF-8.
  return *std::move(text);
}

std::optional<std::string> Sources::read_if_there(const std::string& path) {
  return is_there(path) ? read(path) : std::nullopt;
}

bool is_directory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

bool is_there(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

bool is_executable(const std::string& path) { return !is_directory(path) && ::access(path.c_str(), X_OK) == 0; }

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(directory, error);
       !error && entry != std::filesystem::directory_iterator() && names.size() < kMaxSourceFiles;
       entry.increment(error))
    names.push_back(entry->path().filename().string());
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> files_like(const std::string& pattern) {
  std::vector<std::string> files;
  ::glob_t found = {};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    for (std::size_t i = 0; i < found.gl_pathc && files.size() < kMaxSourceFiles; ++i)
      files.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  return files;
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

std::string_view base_name(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

std::string absolute(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  std::string out = error ? path : whole.lexically_normal().string();
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

std::string machine_name() {
  utsname names = {};
  return ::uname(&names) == 0 ? names.nodename : "";
}

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back({number, line});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::vector<std::string> blank_separated(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\n') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

}  // namespace sup::imports
