// The types and checks of codec_types.hpp that say how output is written.
#include <algorithm>

#include "config/codec_types.hpp"

namespace sup {

bool Codec<LogTemplate>::decode(Decoder& decoder, const Value& value, LogTemplate& out) {
  if (!Codec<std::string>::decode(decoder, value, out.text)) return false;
  const auto pieces = parse_template(out.text);
  if (!pieces) decoder.error(value.span, pieces.error().what, pieces.error().hint);
  return pieces.has_value();
}

TypeDoc Codec<LogTemplate>::type() { return {"text with placeholders", schema_of_pattern("\\{line\\}")}; }

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
