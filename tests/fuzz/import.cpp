// Any bytes as the files and values that an import reads: no crash, no endless work, and places within the text.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "import/source.hpp"
#include "import/supervisor_file.hpp"
#include "import/systemd_text.hpp"
#include "import/unit_file.hpp"
#include "import/words.hpp"
#include "import/yaml.hpp"

using namespace sup::imports;

namespace {

void check_places(const Imported& result, std::size_t lines) {
  for (const Problem& problem : result.problems)
    if (problem.place.line == 0 || problem.place.line > lines) std::abort();
}

void check_command(std::string_view text) {
  const auto command = exec_command(text, unit_name("web@a.service"));
  if (command && command_of(*command).empty()) std::abort();
}

std::size_t nodes_of(const YamlNode& node) {
  std::size_t count = 1;
  for (const YamlNode& element : node.list) count += nodes_of(element);
  for (const auto& [key, value] : node.map) count += nodes_of(value);
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t lines = lines_of(text).size();
  Imported result;
  switch (data[0] % 6) {
    case 0:
      for (const SupervisorSection& section : read_supervisor_text(text, "fuzz.conf", result))
        for (const Option& option : section.options)
          static_cast<void>(expand_supervisor(option.value, {{"process_num", "1"}}));
      check_places(result, lines);
      break;
    case 1: {
      std::vector<UnitOption> options;
      read_unit_text(text, "fuzz.service", options, result);
      check_places(result, lines);
      break;
    }
    case 2: check_command(text); break;
    case 3:
      if (const auto root = parse_yaml(text); root && nodes_of(*root) > kMaxYamlNodes) std::abort();
      break;
    case 4:
      static_cast<void>(shlex_words(text));
      static_cast<void>(environment_list(text));
      break;
    default: static_cast<void>(time_span(text)); static_cast<void>(systemd_size(text));
  }
  return 0;
}
