#include "config/codec_types.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.hpp"
#include "config/toml.hpp"

namespace sup {
namespace {

const std::string* text_of(const Value& value) { return value.get_if<std::string>(); }

// A quoted list for messages: "a", "b".
std::string listed(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", word);
  return out;
}

// Reports the Error of a parser of base/ at the value.
template <class T>
bool accept(Decoder& decoder, const Value& value, Result<T> parsed, T& out) {
  if (!parsed) {
    decoder.error(value.span, parsed.error().what);
    return false;
  }
  out = *std::move(parsed);
  return true;
}

std::string out_of_range(std::string_view value, std::string_view min, std::string_view max) {
  return fmt::format("{} is out of range, {} to {}", value, min, max);
}

}  // namespace

ValueTable schema_of_type(std::string_view type) {
  ValueTable out;
  out.add("type", make_value(std::string(type)));
  return out;
}

ValueTable schema_of_pattern(std::string_view pattern) {
  ValueTable out = schema_of_type("string");
  out.add("pattern", make_value(std::string(pattern)));
  return out;
}

ValueTable schema_any_of(std::vector<ValueTable> choices) {
  ValueArray array;
  for (ValueTable& choice : choices) array.push_back(make_value(std::move(choice)));
  ValueTable out;
  out.add("anyOf", make_value(std::move(array)));
  return out;
}

ValueTable schema_of_words(const std::vector<std::string_view>& words) {
  ValueArray array;
  for (const std::string_view word : words) array.push_back(make_value(std::string(word)));
  ValueTable out;
  out.add("enum", make_value(std::move(array)));
  return out;
}

bool Codec<bool>::decode(Decoder& decoder, const Value& value, bool& out) {
  if (const auto* truth = value.get_if<bool>()) {
    out = *truth;
    return true;
  }
  const std::string* text = text_of(value);
  const bool is_quoted = text != nullptr && (*text == "true" || *text == "false");
  decoder.wrong_type(value, "true or false", is_quoted ? "write it without quotes" : "");
  return false;
}

bool decode_integer(Decoder& decoder, const Value& value, std::int64_t min, std::int64_t max, std::int64_t& out) {
  const auto* number = value.get_if<std::int64_t>();
  if (number == nullptr) {
    decoder.wrong_type(value, "a whole number");
    return false;
  }
  if (*number < min || *number > max) {
    decoder.error(value.span, out_of_range(std::to_string(*number), std::to_string(min), std::to_string(max)));
    return false;
  }
  out = *number;
  return true;
}

bool Codec<double>::decode(Decoder& decoder, const Value& value, double& out) {
  if (const auto* number = value.get_if<double>())
    out = *number;
  else if (const auto* whole = value.get_if<std::int64_t>())
    out = static_cast<double>(*whole);
  else {
    decoder.wrong_type(value, "a number");
    return false;
  }
  if (std::isfinite(out)) return true;
  decoder.wrong_type(value, "a finite number");
  return false;
}

bool Codec<std::string>::decode(Decoder& decoder, const Value& value, std::string& out) {
  const std::string* text = text_of(value);
  if (text == nullptr) {
    const bool is_scalar = value.get_if<ValueArray>() == nullptr && value.get_if<ValueTable>() == nullptr;
    if (is_scalar && value.is_filled_in) {
      out = inline_toml(value);
      return true;
    }
    decoder.wrong_type(value, "a string", is_scalar ? "put it into quotes" : "");
    return false;
  }
  if (text->find('\0') != text->npos) {
    decoder.error(value.span, "a NUL byte cannot be passed to a program");
    return false;
  }
  out = *text;
  return true;
}

bool Codec<Duration>::decode(Decoder& decoder, const Value& value, Duration& out) {
  if (const std::string* text = text_of(value)) return accept(decoder, value, parse_duration(*text), out);
  const auto* number = value.get_if<std::int64_t>();
  decoder.wrong_type(value, "a duration such as \"10s\"",
                     number != nullptr ? fmt::format("with quotes and unit: \"{}s\"", *number) : "");
  return false;
}

TypeDoc Codec<Duration>::type() {
  return {"duration",
          schema_of_pattern("^(?=.)(0|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?([0-9]+us)?([0-9]+ns)?)$")};
}

bool Codec<Signal>::decode(Decoder& decoder, const Value& value, Signal& out) {
  if (const std::string* text = text_of(value)) return accept(decoder, value, parse_signal(*text), out);
  if (const auto* number = value.get_if<std::int64_t>())
    return accept(decoder, value, parse_signal(std::to_string(*number)), out);
  decoder.wrong_type(value, "a signal such as \"TERM\"");
  return false;
}

TypeDoc Codec<Signal>::type() {
  return {"signal", schema_any_of({schema_of_type("string"), schema_of_type("integer")})};
}

bool Codec<Umask>::decode(Decoder& decoder, const Value& value, Umask& out) {
  const std::string* text = text_of(value);
  if (text == nullptr) {
    decoder.wrong_type(value, "an octal string such as \"022\"", "put the octal digits into quotes");
    return false;
  }
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out.bits, 8);
  if (!text->empty() && error == std::errc{} && end == text->data() + text->size() && out.bits <= 0777) return true;
  decoder.error(value.span,
                fmt::format("'{}' is not a umask; write three octal digits such as \"022\"", printable(*text, 40)));
  return false;
}

TypeDoc Codec<Umask>::type() { return {"octal string", schema_of_pattern("^0*[0-7]{1,3}$")}; }

void unknown_word(Decoder& decoder, const Value& value, const std::vector<std::string_view>& words) {
  const std::string* text = text_of(value);
  const auto near = text != nullptr ? nearest(*text, words) : std::nullopt;
  decoder.wrong_type(value, words.size() == 1 ? listed(words) : "one of " + listed(words),
                     near ? fmt::format("did you mean '{}'?", *near) : "");
}

bool satisfies(Decoder& decoder, const Value& value, const std::string& text, NotEmpty) {
  if (text.empty()) decoder.error(value.span, "an empty string is no value", "leave the key out to get the default");
  return !text.empty();
}

bool satisfies(Decoder& decoder, const Value& value, const std::string& text, AbsolutePath) {
  if (!text.starts_with('/'))
    decoder.error(value.span, fmt::format("'{}' is not an absolute path", printable(text)), "it must begin with /");
  return text.starts_with('/');
}

bool satisfies(Decoder& decoder, const Value& value, std::int64_t number, Range range) {
  const bool good = number >= range.min && number <= range.max;
  if (!good)
    decoder.error(value.span,
                  out_of_range(std::to_string(number), std::to_string(range.min), std::to_string(range.max)));
  return good;
}

bool satisfies(Decoder& decoder, const Value& value, double number, Range range) {
  const bool good = number >= static_cast<double>(range.min) && number <= static_cast<double>(range.max);
  if (!good)
    decoder.error(value.span,
                  out_of_range(fmt::format("{}", number), std::to_string(range.min), std::to_string(range.max)));
  return good;
}

bool satisfies(Decoder& decoder, const Value& value, Duration duration, Range range) {
  const bool good = duration.count() >= range.min && duration.count() <= range.max;
  if (!good)
    decoder.error(value.span, out_of_range(format_duration(duration), format_duration(Duration{range.min}),
                                           format_duration(Duration{range.max})));
  return good;
}

bool satisfies(Decoder& decoder, const Value& value, MaxRestarts max, Range range) {
  return !max.count || satisfies(decoder, value, std::int64_t{*max.count}, range);
}

bool satisfies(Decoder& decoder, const Value& value, LimitPair limit, Range range) {
  const auto is_within = [&](std::uint64_t number) {
    return number == LimitPair::kUnlimited || number <= static_cast<std::uint64_t>(range.max);
  };
  for (const std::uint64_t number : {limit.soft, limit.hard})
    if (!is_within(number)) {
      decoder.error(value.span,
                    out_of_range(std::to_string(number), std::to_string(range.min), std::to_string(range.max)));
      return false;
    }
  return true;
}

std::string range_text(Duration, Range range) {
  return format_duration(Duration{range.min}) + " to " + format_duration(Duration{range.max});
}
std::string range_text(MaxRestarts, Range range) { return range_text(double{}, range); }
std::string range_text(LimitPair, Range range) { return range_text(double{}, range); }
std::string range_text(double, Range range) { return fmt::format("{} to {}", range.min, range.max); }

void add_check(ValueTable& schema, Range range) {
  schema.add("minimum", make_value(range.min));
  schema.add("maximum", make_value(range.max));
}
void add_check(ValueTable& schema, NotEmpty) { schema.add("minLength", make_value(std::int64_t{1})); }
void add_check(ValueTable& schema, AbsolutePath) { schema.add("pattern", make_value(std::string("^/"))); }
void add_check(ValueTable& schema, Unique) { schema.add("uniqueItems", make_value(true)); }

Value example_value(std::string_view example) {
  auto parsed = parse_toml(fmt::format("x = {}", example), "example");
  CHECK(parsed.has_value());
  return std::move(std::get<ValueTable>(parsed->data).entries.at(0).value);
}

}  // namespace sup
