// How many instances a service has: as it is written, and what that comes to.
#include <algorithm>
#include <charconv>

#include "config/codec_types.hpp"
#include "config/instances.hpp"
#include "config/variable_name.hpp"
#include "sys/env.hpp"

namespace sup {
namespace {

using By = InstanceCount::By;

constexpr std::string_view kCpus = "cpus";

std::optional<std::uint32_t> parse_count(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  if (!is_number || number == 0 || number > kMaxInstances) return std::nullopt;
  return number;
}

// "${NAME}" or "${NAME:-2}".
std::optional<InstanceCount> parse_variable(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return std::nullopt;
  text = text.substr(2, text.size() - 3);
  const std::size_t at = text.find(":-");
  InstanceCount out{.by = By::variable, .number = 0, .variable = std::string(text.substr(0, at))};
  if (!is_variable_name(out.variable)) return std::nullopt;
  if (at == text.npos) return out;
  const auto fallback = parse_count(text.substr(at + 2));
  if (!fallback) return std::nullopt;
  out.number = *fallback;
  return out;
}

// What a word was meant to be, if that can be guessed.
std::string hint_for(const std::string& text) {
  if (parse_count(text)) return fmt::format("write {} without quotes", text);
  if (is_variable_name(text.starts_with('$') ? std::string_view(text).substr(1) : ""))
    return fmt::format("write \"${{{}}}\"", text.substr(1));
  const auto near = nearest(text, std::array{kCpus});
  return near ? "did you mean \"cpus\"?" : "";
}

std::string limits_text() { return fmt::format("from 1 to {}", kMaxInstances); }

}  // namespace

bool Codec<InstanceCount>::decode(Decoder& decoder, const Value& value, InstanceCount& out) {
  out = InstanceCount{};
  if (const auto* number = value.get_if<std::int64_t>()) {
    const bool is_good = *number >= 1 && *number <= std::int64_t{kMaxInstances};
    if (!is_good)
      decoder.error(value.span, fmt::format("{} is not {}", *number, limits_text()),
                    *number == 0 ? "with enabled = false none is started by itself" : "");
    out.number = is_good ? static_cast<std::uint32_t>(*number) : 1;
    return is_good;
  }
  const auto* text = value.get_if<std::string>();
  if (text != nullptr && *text == kCpus) {
    out.by = By::cpus;
    return true;
  }
  if (auto variable = text != nullptr ? parse_variable(*text) : std::nullopt) {
    out = *std::move(variable);
    return true;
  }
  decoder.wrong_type(value,
                     fmt::format("a whole number {}, \"cpus\", \"${{NAME}}\" or \"${{NAME:-NUMBER}}\"", limits_text()),
                     text != nullptr ? hint_for(*text) : "");
  return false;
}

Value Codec<InstanceCount>::encode(const InstanceCount& count, Detail) {
  switch (count.by) {
    case By::number: return make_value(std::int64_t{count.number});
    case By::cpus: return make_value(std::string(kCpus));
    case By::variable:
      return make_value(count.number == 0 ? fmt::format("${{{}}}", count.variable)
                                          : fmt::format("${{{}:-{}}}", count.variable, count.number));
  }
  check_failed("every InstanceCount can be written");
}

TypeDoc Codec<InstanceCount>::type() {
  ValueTable number = schema_of_type("integer");
  add_check(number, Range{1, kMaxInstances});
  return {"integer, `\"cpus\"`, or `\"${NAME}\"`",
          schema_any_of({std::move(number), schema_of_words({kCpus}),
                         schema_of_pattern("^\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[0-9]+)?\\}$")})};
}

Result<std::uint32_t> instances_of(const InstanceCount& count, const EnvLookup& env) {
  switch (count.by) {
    case By::number: return count.number;
    case By::cpus: return std::clamp<std::uint32_t>(sys::cpu_count(), 1, kMaxInstances);
    case By::variable: break;
  }
  const auto value = env(count.variable);
  if (!value || value->empty()) {
    if (count.number != 0) return count.number;
    return fail(Errc::invalid, fmt::format("{} is not set in the environment of supervisord", count.variable));
  }
  if (const auto number = parse_count(*value)) return *number;
  return fail(Errc::invalid,
              fmt::format("{} is '{}', which is no number {}", count.variable, printable(*value, 80), limits_text()));
}

}  // namespace sup
