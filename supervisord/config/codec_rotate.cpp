// The types and checks of codec_types.hpp that say where lines go, and when their files are rotated.
#include <algorithm>

#include "config/codec_types.hpp"

namespace sup {
namespace {

constexpr std::string_view kUnlimited = "unlimited";
constexpr std::string_view kClock = "([01][0-9]|2[0-3]):[0-5][0-9]";
constexpr int kMinutesOfHour = 60;

std::optional<int> two_digits(std::string_view text, int below) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 2 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  const int number = (text[0] - '0') * 10 + (text[1] - '0');
  return number < below ? std::optional(number) : std::nullopt;
}

}  // namespace

bool Codec<SizeLimit>::decode(Decoder& decoder, const Value& value, SizeLimit& out) {
  out = SizeLimit{};
  if (const auto* text = value.get_if<std::string>(); text != nullptr && *text == kUnlimited) return true;
  ByteSize size;
  if (!Codec<ByteSize>::decode(decoder, value, size)) return false;
  out.bytes = size.bytes;
  return true;
}

Value Codec<SizeLimit>::encode(SizeLimit limit, Detail) {
  return make_value(limit.bytes ? format_size(*limit.bytes) : std::string(kUnlimited));
}

TypeDoc Codec<SizeLimit>::type() {
  return {"size, or `\"unlimited\"`", schema_any_of({Codec<ByteSize>::type().schema, schema_of_words({kUnlimited})})};
}

bool satisfies(Decoder& decoder, const Value& value, SizeLimit limit, Range range) {
  return !limit.bytes || satisfies(decoder, value, ByteSize{*limit.bytes}, range);
}

std::string range_text(SizeLimit, Range range) { return range_text(ByteSize{}, range); }

bool satisfies(Decoder& decoder, const Value& value, const std::string& text, SyslogAddressText) {
  const auto parsed = parse_syslog_address(text);
  if (!parsed) decoder.error(value.span, parsed.error().what);
  return parsed.has_value();
}

void add_check(ValueTable& schema, SyslogAddressText) {
  schema.add("pattern", make_value(std::string("^(/|udp://|tcp://)")));
}

bool Codec<TimeOfDay>::decode(Decoder& decoder, const Value& value, TimeOfDay& out) {
  const auto* text = value.get_if<std::string>();
  const bool has_form = text != nullptr && text->size() == 5 && (*text)[2] == ':';
  const auto hour = has_form ? two_digits(std::string_view(*text).substr(0, 2), 24) : std::nullopt;
  const auto minute = has_form ? two_digits(std::string_view(*text).substr(3), kMinutesOfHour) : std::nullopt;
  if (!hour || !minute) {
    decoder.wrong_type(value, "a time of the day such as \"03:30\"");
    return false;
  }
  out.minutes = static_cast<std::uint16_t>(*hour * kMinutesOfHour + *minute);
  return true;
}

Value Codec<TimeOfDay>::encode(TimeOfDay time, Detail) {
  return make_value(fmt::format("{:02}:{:02}", time.minutes / kMinutesOfHour, time.minutes % kMinutesOfHour));
}

TypeDoc Codec<TimeOfDay>::type() { return {"time of the day", schema_of_pattern(fmt::format("^{}$", kClock))}; }

}  // namespace sup
