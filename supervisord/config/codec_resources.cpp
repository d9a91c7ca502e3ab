// The types of codec_types.hpp that cgroup controllers are told.
#include <charconv>

#include "config/codec_types.hpp"

namespace sup {
namespace {

constexpr std::string_view kUnlimited = "unlimited";
constexpr std::string_view kSizePattern = R"([0-9]+(\.[0-9]+)?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?)";
constexpr std::uint32_t kMaxCpuPercent = 819'200;  // All of 8192 processors.

// "25%". Nothing if it is no whole number of percent.
std::optional<std::uint32_t> parse_percent(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool good = !text.empty() && error == std::errc{} && end == text.data() + text.size();
  return good ? std::optional(number) : std::nullopt;
}

// A number of bytes without quotes, or a size. Nothing: a finding was reported.
std::optional<std::uint64_t> decode_size(Decoder& decoder, const Value& value, std::string_view expected) {
  const auto* number = value.get_if<std::int64_t>();
  if (number != nullptr && *number >= 0) return static_cast<std::uint64_t>(*number);
  const auto* text = value.get_if<std::string>();
  const auto size = text != nullptr ? parse_size(*text) : fail(Errc::invalid, "");
  if (size) return *size;
  constexpr std::string_view kWords[] = {kUnlimited};
  const bool is_near = text != nullptr && expected.find(kUnlimited) != expected.npos && nearest(*text, kWords);
  const bool has_digit = text != nullptr && !text->empty() && text->front() >= '0' && text->front() <= '9';
  if (has_digit)
    decoder.error(value.span, size.error().what);
  else
    decoder.wrong_type(value, expected, is_near ? fmt::format("did you mean '{}'?", kUnlimited) : "");
  return std::nullopt;
}

TypeDoc text_or_number(std::string text, std::string_view pattern) {
  ValueTable number = schema_of_type("integer");
  number.add("minimum", make_value(std::int64_t{0}));
  return {std::move(text), schema_any_of({std::move(number), schema_of_pattern(fmt::format("^{}$", pattern))})};
}

}  // namespace

bool decode_resource(Decoder& decoder, const Value& value, MemoryAmount& out) {
  out = MemoryAmount{};
  const auto* text = value.get_if<std::string>();
  if (text != nullptr && *text == kUnlimited) return true;
  if (text != nullptr && text->ends_with('%')) {
    const auto percent = parse_percent(*text);
    const bool good = percent && *percent >= 1 && *percent <= 100;
    if (!good)
      decoder.error(value.span, fmt::format("'{}' is not a whole part of the machine's memory, \"1%\" to \"100%\"",
                                            printable(*text)));
    if (good) out.percent = static_cast<std::uint8_t>(*percent);
    return good;
  }
  const auto size = decode_size(decoder, value,
                                "a size such as \"512MiB\", a part of the machine's memory such as "
                                "\"25%\", or \"unlimited\"");
  out.bytes = size.value_or(0);
  return size.has_value();
}

std::string resource_text(MemoryAmount amount) {
  if (amount.percent != 0) return fmt::format("{}%", amount.percent);
  return amount.bytes == MemoryAmount::kUnlimited ? std::string(kUnlimited) : format_size(amount.bytes);
}

TypeDoc resource_type(MemoryAmount) {
  return text_or_number("size, `\"N%\"` or `\"unlimited\"`",
                        fmt::format("({}|(100|[1-9][0-9]?)%|unlimited)", kSizePattern));
}

bool decode_resource(Decoder& decoder, const Value& value, CpuMax& out) {
  out = CpuMax{};
  const auto* text = value.get_if<std::string>();
  if (text != nullptr && *text == kUnlimited) return true;
  out.percent = text != nullptr ? parse_percent(*text) : std::nullopt;
  if (out.percent && *out.percent >= 1 && *out.percent <= kMaxCpuPercent) return true;
  if (out.percent) {
    decoder.error(value.span, fmt::format("{}% is out of range: 1% to {}%", *out.percent, kMaxCpuPercent));
    return false;
  }
  const auto* number = value.get_if<std::int64_t>();
  decoder.wrong_type(value, "a share of one processor such as \"150%\", or \"unlimited\"",
                     number != nullptr ? fmt::format("write \"{}%\"", *number) : "");
  return false;
}

std::string resource_text(CpuMax max) {
  return max.percent ? fmt::format("{}%", *max.percent) : std::string(kUnlimited);
}

TypeDoc resource_type(CpuMax) {
  return {"`\"N%\"` or `\"unlimited\"`", schema_of_pattern("^([1-9][0-9]*%|unlimited)$")};
}

bool decode_resource(Decoder& decoder, const Value& value, ByteRate& out) {
  const auto size = decode_size(decoder, value, "a size such as \"20MiB\"");
  if (size == 0) decoder.error(value.span, "0 would let nothing through");
  out.bytes = size.value_or(0);
  return out.bytes != 0;
}

std::string resource_text(ByteRate rate) { return format_size(rate.bytes); }

TypeDoc resource_type(ByteRate) { return text_or_number("size", kSizePattern); }

bool decode_resource(Decoder& decoder, const Value& value, ByteSize& out) {
  const auto size = decode_size(decoder, value, "a size such as \"64KiB\"");
  out.bytes = size.value_or(0);
  return size.has_value();
}

std::string resource_text(ByteSize size) { return format_size(size.bytes); }

TypeDoc resource_type(ByteSize) { return text_or_number("size", kSizePattern); }

}  // namespace sup
