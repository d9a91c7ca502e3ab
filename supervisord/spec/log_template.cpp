#include "spec/log_template.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "base/text.hpp"

namespace sup {
namespace {

std::unexpected<TemplateMistake> mistake(std::string what, std::string hint = {}) {
  return std::unexpected(TemplateMistake{std::move(what), std::move(hint)});
}

std::string known_placeholders() {
  std::string out;
  for (const auto& row : kEnumNames<LogSlot>) out += fmt::format(" {{{}}}", row.name);
  return out;
}

std::unexpected<TemplateMistake> unknown(std::string_view word) {
  std::vector<std::string_view> words;
  for (const auto& row : kEnumNames<LogSlot>) words.push_back(row.name);
  const auto near = nearest(word, words);
  return mistake(fmt::format("unknown placeholder '{{{}}}'", printable(word, 80)),
                 near ? fmt::format("did you mean '{{{}}}'?", *near) : "known are" + known_placeholders());
}

void add_literal(std::vector<LogPiece>& pieces, std::string_view text) {
  if (!pieces.empty() && pieces.back().slot == LogSlot::literal)
    pieces.back().text += text;
  else
    pieces.push_back({LogSlot::literal, std::string(text)});
}

}  // namespace

std::expected<std::vector<LogPiece>, TemplateMistake> parse_template(std::string_view text) {
  if (text.find('\n') != text.npos) return mistake("a template cannot have a line end");
  std::vector<LogPiece> out;
  while (!text.empty()) {
    const std::size_t brace = std::min(text.find_first_of("{}"), text.size());
    if (brace > 0) add_literal(out, text.substr(0, brace));
    text.remove_prefix(brace);
    if (text.empty()) break;
    if (text.starts_with("{{") || text.starts_with("}}")) {
      add_literal(out, text.substr(0, 1));
      text.remove_prefix(2);
      continue;
    }
    const std::size_t close = text.find('}');
    if (close == 0 || close == text.npos)
      return mistake(fmt::format("'{}' without its other half", text.front()), "a brace itself is '{{' or '}}'");
    const std::string_view word = text.substr(1, close - 1);
    const auto slot = enum_from_name<LogSlot>(word);
    if (!slot) return unknown(word);
    out.push_back({*slot, {}});
    text.remove_prefix(close + 1);
  }
  const auto lines = std::ranges::count(out, LogSlot::line, &LogPiece::slot);
  if (lines != 1) return mistake(lines == 0 ? "there is no {line}" : "{line} is there more than once");
  return out;
}

}  // namespace sup
