#include "wire/json_parse.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "wire/varlink.hpp"

namespace sup::wire {
namespace {

// Whether no place of the text is inside more than `limit` brackets. Needs no valid JSON: in a broken text it may count
// differently than a parser would, but never less up to the place where the parser gives up.
bool depth_is_within(std::string_view text, std::size_t limit) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > limit) return false;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return true;
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text) {
  if (!depth_is_within(text, kMaxJsonDepth))
    return fail(Errc::limit, fmt::format("JSON is nested deeper than {} levels", kMaxJsonDepth));
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return fail(Errc::protocol, fmt::format("not valid JSON: '{}'", printable(text, 60)));
  return json;
}

}  // namespace sup::wire
