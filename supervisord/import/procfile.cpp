// A Procfile, as foreman and its like read it: NAME: COMMAND, one in a line, and .env beside it. Commands are for a
// shell.
#include <fmt/format.h>

#include "base/text.hpp"
#include "config/env_file.hpp"
#include "import/option.hpp"
#include "import/readers.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

// A shell where the line needs one, else its words. The shell makes room for the last command.
std::vector<std::string> procfile_command(std::string_view line) {
  constexpr std::string_view kForShell = "$*?[]~#!&|;<>()`\\{}=\n";
  const auto words = split_words(line);
  if (words && !words->empty() && line.find_first_of(kForShell) == line.npos) return *words;
  const bool is_one =
      line.find_first_of("&|;(){}\n") == line.npos && line.substr(0, line.find_first_of(" \t")).find('=') == line.npos;
  return {"/bin/sh", "-c", is_one ? fmt::format("exec {}", line) : std::string(line)};
}

// foreman gives each process a port: 5000, 5100, 5200 ...
struct Surroundings {
  std::string folder;
  std::string env_file;  // Empty: there is none.
};

void add_process(const Option& option, const Surroundings& around, std::int64_t port, Imported& result) {
  Definition definition{"service", service_name(option.name), option.place, {}};
  if (result.find("service", definition.name) != nullptr)
    return result.problem(option.place, fmt::format("two services would be called '{}'", definition.name));
  set(definition.settings, "command", words_value(procfile_command(option.value)));
  set(definition.settings, "working-dir", text_value(around.folder));
  set(definition.settings, "env.PORT", text_value(fmt::format("{}", port)));
  if (!around.env_file.empty()) set(definition.settings, "env-file", words_value({around.env_file}));
  result.notes.push_back(note_of(definition.name, "", option, mapped("command, and PORT in env")));
  result.definitions.push_back(std::move(definition));
}

Surroundings surroundings_of(const std::string& path, Imported& result) {
  Surroundings around{absolute(folder_of(path)), {}};
  const std::string file = around.folder + "/.env";
  if (!is_there(file)) return around;
  const Option option{".env", "", {file}};
  const auto content = read_env_file(file);
  if (content) around.env_file = file;
  result.notes.push_back(note_of("", "", option, content ? mapped("env-file") : lost_essential(content.error().what)));
  return around;
}

}  // namespace

void import_procfile(const std::vector<std::string>& paths, Sources& sources, Imported& result) {
  constexpr std::int64_t kFirstPort = 5'000, kPortStep = 100;
  for (const std::string& path : paths) {
    const auto text = sources.read(path);
    if (!text) continue;
    const Surroundings around = surroundings_of(path, result);
    std::int64_t port = kFirstPort;
    for (const Line& line : lines_of(*text)) {
      const std::string_view content = trimmed(line.text);
      if (content.empty() || content.front() == '#') continue;
      const std::size_t colon = content.find(':');
      const std::string_view name = content.substr(0, colon);
      const std::string_view command = colon == content.npos ? "" : trimmed(content.substr(colon + 1));
      if (command.empty() || name.empty() || name.find_first_not_of(kLetters) != name.npos) {
        result.problem({path, line.number}, "this is not NAME: COMMAND");
        continue;
      }
      add_process({std::string(name), std::string(command), {path, line.number}}, around, port, result);
      port += kPortStep;
    }
  }
}

}  // namespace sup::imports
