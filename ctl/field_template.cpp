#include "ctl/field_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "ctl/render_table.hpp"

namespace sup::ctl {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kNothing = "-";

std::vector<std::string> split_at_dots(std::string_view text) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t dot = text.find('.');
    out.emplace_back(text.substr(0, dot));
    if (dot == text.npos) return out;
    text.remove_prefix(dot + 1);
  }
}

std::string unknown_field(std::string_view field, std::span<const std::string_view> fields) {
  std::string text = fmt::format("there is no field '{}'", printable(field));
  if (const auto near = nearest(field, fields)) return text + fmt::format("; did you mean '{}'?", *near);
  return text + fmt::format("; there are {}", fmt::join(fields, ", "));
}

// What a backslash and the character behind it stand for.
std::expected<char, std::string> escaped(std::string_view rest) {
  const char c = rest.size() > 1 ? rest[1] : '\0';
  if (c == 't') return '\t';
  if (c == 'n') return '\n';
  if (c == '\\') return '\\';
  return std::unexpected("a backslash is followed by t, n or another backslash");
}

const Json* find_in(const Json& record, const std::vector<std::string>& field) {
  const Json* at = &record;
  for (const std::string& part : field) {
    if (!at->is_object() || !at->contains(part)) return nullptr;
    at = &at->at(part);
  }
  return at;
}

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>().empty() ? std::string(kNothing) : value.get<std::string>();
  if (value.is_null()) return std::string(kNothing);
  const bool is_list =
      value.is_array() && std::ranges::none_of(value, [](const Json& one) { return one.is_structured(); });
  if (!is_list) return value.dump();
  std::string out;
  for (const Json& element : value) out.append(out.empty() ? "" : ",").append(value_text(element));
  return out.empty() ? std::string(kNothing) : out;
}

}  // namespace

std::expected<FieldTemplate, std::string> FieldTemplate::parse(std::string_view text,
                                                               std::span<const std::string_view> fields) {
  FieldTemplate out;
  std::string literal;
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = 1;
    if (text.starts_with("{{") || text.starts_with("}}")) {
      literal += c;
      length = 2;
    } else if (c == '\\') {
      const auto meant = escaped(text);
      if (!meant) return std::unexpected(meant.error());
      literal += *meant;
      length = 2;
    } else if (c == '}') {
      return std::unexpected("a } without {; write }} for the character");
    } else if (c == '{') {
      const std::size_t close = text.find('}');
      if (close == text.npos) return std::unexpected("a { without }; write {{ for the character");
      std::vector<std::string> field = split_at_dots(text.substr(1, close - 1));
      if (std::ranges::find(fields, field.front()) == fields.end())
        return std::unexpected(unknown_field(field.front(), fields));
      out.pieces_.push_back({std::exchange(literal, {}), std::move(field)});
      length = close + 1;
    } else {
      literal += c;
    }
    text.remove_prefix(length);
  }
  if (!literal.empty()) out.pieces_.push_back({std::move(literal), {}});
  return out;
}

std::string FieldTemplate::lines(std::string_view json, std::string_view list) const {
  const Json whole = Json::parse(json);
  std::string out;
  const auto add = [&](const Json& record) {
    for (const Piece& piece : pieces_) {
      out += piece.text;
      if (piece.field.empty()) continue;
      const Json* value = find_in(record, piece.field);
      out += value == nullptr ? std::string(kNothing) : visible(value_text(*value));
    }
    out += '\n';
  };
  if (list.empty() || !whole.contains(list))
    add(whole);
  else
    for (const Json& record : whole.at(std::string(list))) add(record);
  return out;
}

}  // namespace sup::ctl
