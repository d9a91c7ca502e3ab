#include "ctl/find_verb.hpp"

#include <algorithm>

#include "ctl/global_options.hpp"
#include "ctl/parse.hpp"

namespace sup::ctl {
namespace {

// The options that take the next word as their value, so that it is not mistaken for the verb.
bool takes_next_word(std::string_view word) {
  return std::ranges::any_of(kGlobalOptions, [&](const ParamRow& row) {
    return row.given == Given::option && std::ranges::count(spellings(row), word) > 0;
  });
}

}  // namespace

std::size_t find_verb(std::span<const std::string> words) {
  std::size_t i = 0;
  while (i < words.size() && words[i].starts_with('-') && words[i].size() > 1) i += takes_next_word(words[i]) ? 2 : 1;
  return std::min(i, words.size());
}

}  // namespace sup::ctl
