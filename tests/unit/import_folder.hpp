// A folder of foreign definitions for one test, and what an import makes of them.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "config/value.hpp"
#include "import/import.hpp"

namespace sup::imports {

class ImportFolder {
 public:
  ImportFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "import-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) std::abort();
    path_ = path;
  }
  ~ImportFolder() { std::filesystem::remove_all(path_); }
  ImportFolder(const ImportFolder&) = delete;
  ImportFolder& operator=(const ImportFolder&) = delete;

  std::string write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  std::string script(const std::string& name, std::string_view text = "#!/bin/sh\n") const {
    const std::string file = write(name, text);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
  }
  [[nodiscard]] std::string path(const std::string& name = {}) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// A setting of a service as TOML, such as `"always"`; empty if there is none.
inline std::string setting(Imported& result, std::string_view service, std::string_view key) {
  const Definition* definition = result.find("service", service);
  const Value* value = definition == nullptr ? nullptr : get(definition->settings, key);
  return value == nullptr ? "" : inline_toml(*value);
}

// What became of the last option of this name.
inline const Note& note_about(const Imported& result, std::string_view option) {
  static const Note none{.place = {}, .service = {}, .option = {}, .value = {}, .text = "there is no such note"};
  const auto found = std::find_if(result.notes.rbegin(), result.notes.rend(),
                                  [&](const Note& note) { return note.option.ends_with(option); });
  return found == result.notes.rend() ? none : *found;
}

// All problems, a line each.
inline std::string problems(const Imported& result) {
  std::string text;
  for (const Problem& problem : result.problems) text += place_text(problem.place) + ": " + problem.text + "\n";
  return text;
}

}  // namespace sup::imports
