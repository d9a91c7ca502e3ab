#include "import/directories.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "import/words.hpp"

namespace sup::imports {

std::vector<std::string> service_directories(const std::vector<std::string>& paths, std::string_view mark,
                                             Imported& result) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    const std::string whole = absolute(path);
    const std::size_t before = found.size();
    if (is_there(fmt::format("{}/{}", whole, mark))) {
      found.push_back(whole);
      continue;
    }
    for (const std::string& name : names_in(whole))
      if (!name.starts_with('.') && is_there(fmt::format("{}/{}/{}", whole, name, mark)))
        found.push_back(whole + "/" + name);
    if (found.size() == before)
      result.problem({path}, fmt::format("neither it nor what is in it has a file '{}'", mark));
  }
  return found;
}

std::string first_line(const std::string& path, Sources& sources) {
  const auto text = sources.read_if_there(path);
  return text ? std::string(trimmed(std::string_view(*text).substr(0, text->find('\n')))) : "";
}

Option file_option(const std::string& directory, std::string_view name, std::string value) {
  return {std::string(name), std::move(value), {fmt::format("{}/{}", directory, name)}};
}

ValueTable envdir(const std::string& directory, Sources& sources) {
  ValueTable env;
  for (const std::string& name : names_in(directory)) {
    if (!is_variable_name(name)) continue;
    const auto text = sources.read_if_there(directory + "/" + name);
    if (text && !text->empty()) env.add(name, text_value(trimmed(" " + text->substr(0, text->find('\n')))));
  }
  return env;
}

std::string milliseconds_text(std::string_view text) {
  const auto number = whole_number(text);
  if (!number || *number < 0) return {};
  constexpr std::int64_t kLongest = 366LL * 24 * 3600 * 1000;
  return format_duration(std::chrono::milliseconds{*number == 0 ? kLongest : std::min(*number, kLongest)});
}

}  // namespace sup::imports
