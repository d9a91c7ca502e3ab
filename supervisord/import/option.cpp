#include "import/option.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "import/words.hpp"

namespace sup::imports {

const Option* overruling(std::span<const Option> options, std::size_t index, Repeats repeats) {
  if (repeats == Repeats::each) return nullptr;
  for (std::size_t i = index + 1; i < options.size(); ++i) {
    if (options[i].name != options[index].name) continue;
    if (repeats == Repeats::last || options[i].value.empty()) return &options[i];
  }
  return nullptr;
}

namespace {

// Whether what it says is nobody's business but the service's.
bool is_secret(std::string_view option) {
  const std::string name = lower(option);
  constexpr std::string_view kSecrets[] = {"password", "secret", "credential", "environment"};
  return std::ranges::any_of(kSecrets, [&](std::string_view word) { return name.find(word) != name.npos; });
}

}  // namespace

Note note_of(std::string_view service, std::string_view context, const Option& option, Verdict verdict) {
  std::string name = std::string(context) + option.name;
  if (name.ends_with(' ')) name.pop_back();  // A whole section.
  return {.place = option.place,
          .service = std::string(service),
          .option = std::move(name),
          .value = is_secret(option.name) && !option.value.empty() ? "***" : printable(option.value),
          .fate = verdict.fate,
          .weight = verdict.weight,
          .text = std::move(verdict.text)};
}

}  // namespace sup::imports
