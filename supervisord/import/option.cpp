#include "import/option.hpp"

#include "base/text.hpp"

namespace sup::imports {

const Option* overruling(std::span<const Option> options, std::size_t index, Repeats repeats) {
  if (repeats == Repeats::each) return nullptr;
  for (std::size_t i = index + 1; i < options.size(); ++i) {
    if (options[i].name != options[index].name) continue;
    if (repeats == Repeats::last || options[i].value.empty()) return &options[i];
  }
  return nullptr;
}

Note note_of(std::string_view service, std::string_view context, const Option& option, Verdict verdict) {
  std::string name = std::string(context) + option.name;
  if (name.ends_with(' ')) name.pop_back();  // A whole section.
  return {.place = option.place,
          .service = std::string(service),
          .option = std::move(name),
          .value = printable(option.value),
          .fate = verdict.fate,
          .weight = verdict.weight,
          .text = std::move(verdict.text)};
}

}  // namespace sup::imports
