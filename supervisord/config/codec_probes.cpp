// The types and checks of codec_types.hpp that say whom a probe asks and what it expects.
#include <charconv>

#include "config/codec_types.hpp"
#include "regex/pattern.hpp"
#include "spec/instance_text.hpp"
#include "spec/probe_target.hpp"
#include "sys/address.hpp"

namespace sup {
namespace {

using Statuses = HttpStatuses::Span;

constexpr int kLeastStatus = 100;
constexpr int kMostStatus = 599;
constexpr int kClass = 100;
constexpr std::string_view kStatusPattern = "^[1-5]xx$";

// 200 or "2xx".
std::optional<Statuses> span_of(const Value& value) {
  if (const auto* number = value.get_if<std::int64_t>()) {
    if (*number < kLeastStatus || *number > kMostStatus) return std::nullopt;
    return Statuses{static_cast<std::uint16_t>(*number), static_cast<std::uint16_t>(*number)};
  }
  const auto* text = value.get_if<std::string>();
  const bool has_form = text != nullptr && text->size() == 3 && text->ends_with("xx");
  if (!has_form || (*text)[0] < '1' || (*text)[0] > '5') return std::nullopt;
  const auto first = static_cast<std::uint16_t>(((*text)[0] - '0') * kClass);
  return Statuses{first, static_cast<std::uint16_t>(first + kClass - 1)};
}

bool decode_span(Decoder& decoder, const Value& value, Statuses& out) {
  const auto span = span_of(value);
  if (!span) decoder.wrong_type(value, "an HTTP status such as 200, a class such as \"2xx\", or a list of these");
  out = span.value_or(Statuses{});
  return span.has_value();
}

Value encode_span(Statuses span) {
  if (span.first == span.last) return make_value(std::int64_t{span.first});
  return make_value(fmt::format("{}xx", span.first / kClass));
}

// A name would have to be looked up, which may take as long as it likes.
bool check_host(Decoder& decoder, const Value& value, const Endpoint& at) {
  const auto addresses = sys::addresses_of(at.host, at.port);
  if (!addresses)
    decoder.error(value.span, fmt::format("'{}' is not an address", printable(at.host, 80)),
                  "names are not looked up; write an address, or localhost");
  return addresses.has_value();
}

template <class T>
bool accept(Decoder& decoder, const Value& value, const Result<T>& parsed) {
  if (!parsed) decoder.error(value.span, parsed.error().what);
  return parsed.has_value();
}

}  // namespace

bool Codec<HttpStatuses>::decode(Decoder& decoder, const Value& value, HttpStatuses& out) {
  const auto* array = value.get_if<ValueArray>();
  out.spans.clear();
  if (array == nullptr) return decode_span(decoder, value, out.spans.emplace_back());
  if (array->empty() || array->size() > kMaxStatuses) {
    decoder.error(value.span,
                  fmt::format("a list of statuses has 1 to {} of them, not {}", kMaxStatuses, array->size()));
    return false;
  }
  bool good = true;
  for (const Value& element : *array) good &= decode_span(decoder, element, out.spans.emplace_back());
  return good;
}

Value Codec<HttpStatuses>::encode(const HttpStatuses& statuses, Detail) {
  if (statuses.spans.size() == 1) return encode_span(statuses.spans[0]);
  ValueArray out;
  for (const Statuses span : statuses.spans) out.push_back(encode_span(span));
  return make_value(std::move(out));
}

TypeDoc Codec<HttpStatuses>::type() {
  ValueTable number = schema_of_type("integer");
  number.add("minimum", make_value(std::int64_t{kLeastStatus}));
  number.add("maximum", make_value(std::int64_t{kMostStatus}));
  const ValueTable word = schema_of_pattern(kStatusPattern);
  ValueTable list = schema_of_type("array");
  list.add("items", make_value(schema_any_of({number, word})));
  list.add("minItems", make_value(std::int64_t{1}));
  list.add("maxItems", make_value(std::int64_t{kMaxStatuses}));
  return {"HTTP status, class of them, or list of these", schema_any_of({number, word, std::move(list)})};
}

bool satisfies(Decoder& decoder, const Value& value, const std::string& text, EndpointText) {
  const auto endpoint = parse_endpoint(expand(text, {}));
  return accept(decoder, value, endpoint) && check_host(decoder, value, *endpoint);
}

// Of one that goes to a Unix socket the host is only told to the server; but it is one.
bool satisfies(Decoder& decoder, const Value& value, const std::string& text, HttpUrlText) {
  const auto url = parse_http_url(expand(text, {}));
  return accept(decoder, value, url) && check_host(decoder, value, url->at);
}

bool satisfies(Decoder& decoder, const Value& value, const std::string& text, RegexText) {
  return accept(decoder, value, Pattern::compile(text));
}

void add_check(ValueTable& schema, RegexText) { schema.add("minLength", make_value(std::int64_t{1})); }
void add_check(ValueTable& schema, EndpointText) { schema.add("pattern", make_value(std::string(":[0-9]+$"))); }
void add_check(ValueTable& schema, HttpUrlText) { schema.add("pattern", make_value(std::string("^http://"))); }

}  // namespace sup
