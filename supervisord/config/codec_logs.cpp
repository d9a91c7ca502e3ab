// The types and checks of codec_types.hpp that say how output is written.
#include <algorithm>
#include <charconv>

#include "config/codec_types.hpp"

namespace sup {

bool Codec<LogTemplate>::decode(Decoder& decoder, const Value& value, LogTemplate& out) {
  if (!Codec<std::string>::decode(decoder, value, out.text)) return false;
  const auto pieces = parse_template(out.text);
  if (!pieces) decoder.error(value.span, pieces.error().what, pieces.error().hint);
  return pieces.has_value();
}

TypeDoc Codec<LogTemplate>::type() { return {"text with placeholders", schema_of_pattern("\\{line\\}")}; }

namespace {

struct Unit {
  char letter;
  Duration per;
};
constexpr Unit kUnits[] = {
    {'s', std::chrono::seconds{1}}, {'m', std::chrono::minutes{1}}, {'h', std::chrono::hours{1}}};

// "1000/s".
std::optional<LineLimit> parse_limit(std::string_view text) {
  LineLimit out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.lines);
  const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc{} || out.lines == 0 || rest.size() != 2 || rest[0] != '/') return std::nullopt;
  for (const Unit& unit : kUnits)
    if (unit.letter == rest[1]) return LineLimit{out.lines, unit.per};
  return std::nullopt;
}

}  // namespace

bool decode_resource(Decoder& decoder, const Value& value, LineLimit& out) {
  const auto* text = value.get_if<std::string>();
  const auto parsed = text != nullptr ? parse_limit(*text) : std::nullopt;
  const auto* number = value.get_if<std::int64_t>();
  if (!parsed)
    decoder.wrong_type(value, "a number of lines in a time, such as \"1000/s\", \"600/m\" or \"5000/h\"",
                       number != nullptr && *number > 0 ? fmt::format("write \"{}/s\"", *number) : "");
  out = parsed.value_or(out);
  return parsed.has_value();
}

std::string resource_text(LineLimit limit) {
  const auto unit = std::ranges::find(kUnits, limit.per, &Unit::per);
  return fmt::format("{}/{}", limit.lines, unit->letter);
}

TypeDoc resource_type(LineLimit) { return {"lines in a time", schema_of_pattern("^[1-9][0-9]*/[smh]$")}; }

bool satisfies(Decoder& decoder, const Value& value, const std::string& text, TimeFormatText) {
  const auto parsed = TimeText::parse(text);
  if (!parsed) decoder.error(value.span, parsed.error().what);
  return parsed.has_value();
}

void add_check(ValueTable& schema, TimeFormatText) {
  schema.add("pattern", make_value(std::string("^iso$|^unix$|^tai64n$|%")));
}

bool satisfies(Decoder& decoder, const Value& value, ByteSize size, Range range) {
  const auto bytes =
      static_cast<std::int64_t>(std::min<std::uint64_t>(size.bytes, std::numeric_limits<std::int64_t>::max()));
  const bool good = bytes >= range.min && bytes <= range.max;
  if (!good)
    decoder.error(value.span, fmt::format("{} is out of range, {}", format_size(size.bytes), range_text(size, range)));
  return good;
}

std::string range_text(ByteSize, Range range) {
  return fmt::format("{} to {}", format_size(static_cast<std::uint64_t>(range.min)),
                     format_size(static_cast<std::uint64_t>(range.max)));
}

}  // namespace sup
