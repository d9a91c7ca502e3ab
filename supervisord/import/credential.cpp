#include "import/credential.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "import/source.hpp"

namespace sup::imports {
namespace {

bool is_credential_name(std::string_view name) {
  constexpr std::size_t kLongest = 255;
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  };
  return !name.empty() && name.size() <= kLongest && name.front() != '.' && std::ranges::all_of(name, is_part);
}

}  // namespace

std::string add_credential(ValueTable& settings, std::string_view name, const std::string& path) {
  std::error_code unseen;
  if (!is_credential_name(name)) return fmt::format("'{}' is no name of a credential", printable(name, 80));
  if (!path.starts_with('/')) return "a credential is a file with an absolute path";
  if (path.ends_with('/') || is_directory(path)) return "a credential is one file: name each of the directory";
  if (std::filesystem::is_socket(path, unseen)) return "a credential is a file: no socket is asked for one";
  if (get(settings, "credentials") == nullptr) set(settings, "credentials", {ValueTable{}, {}});
  for (Entry& entry : settings.entries) {
    auto* files = entry.key == "credentials" ? std::get_if<ValueTable>(&entry.value.data) : nullptr;
    if (files != nullptr && files->find(name) == nullptr) files->add(name, text_value(path));
  }
  return {};
}

}  // namespace sup::imports
