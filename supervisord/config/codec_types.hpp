// How each type of setting is read, written and described. A type is taught here once, whatever settings use it.
//
// Codec<T> has
//   static bool decode(Decoder&, const Value&, T& out)   false: a finding was reported, `out` is unspecified
//   static Value encode(const T&, Detail)                decodes to an equal value
//   static TypeDoc type()                                for the manual and the schema
// and optionally
//   static bool is_unset(const T&)                       a value that stands for "nothing was said" and cannot be
//   written
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/codec_checks.hpp"
#include "config/codec_hints.hpp"
#include "spec/daemon_fields.hpp"
#include "spec/event_hook_fields.hpp"
#include "spec/external_fields.hpp"
#include "spec/service_fields.hpp"

namespace sup {

// What a user reads about a type, and its JSON Schema.
struct TypeDoc {
  std::string text;  // "duration", "list of strings"
  ValueTable schema;
};

template <class T>
[[nodiscard]] Value make_value(T data) {
  return Value{std::move(data), {}};
}
// { type = "..." }
[[nodiscard]] ValueTable schema_of_type(std::string_view type);
// { type = "string", pattern = "..." }
[[nodiscard]] ValueTable schema_of_pattern(std::string_view pattern);
// { anyOf = [...] }
[[nodiscard]] ValueTable schema_any_of(std::vector<ValueTable> choices);
[[nodiscard]] ValueTable schema_of_words(const std::vector<std::string_view>& words);

template <class T>
struct Codec;

// ---- Scalars
// ----------------------------------------------------------------------------------------------------------------

template <>
struct Codec<bool> {
  static bool decode(Decoder& decoder, const Value& value, bool& out);
  static Value encode(bool value, Detail) { return make_value(value); }
  static TypeDoc type() { return {"boolean", schema_of_type("boolean")}; }
};

// Whole numbers of any width. Strings are not taken: "5" for 5 is more often a slip than a wish.
bool decode_integer(Decoder& decoder, const Value& value, std::int64_t min, std::int64_t max, std::int64_t& out);
template <std::integral T>
struct Codec<T> {
  static_assert(sizeof(T) < sizeof(std::int64_t) || std::is_signed_v<T>);
  static bool decode(Decoder& decoder, const Value& value, T& out) {
    std::int64_t wide = 0;
    if (!decode_integer(decoder, value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), wide))
      return false;
    out = static_cast<T>(wide);
    return true;
  }
  static Value encode(T value, Detail) { return make_value(static_cast<std::int64_t>(value)); }
  static TypeDoc type() { return {"integer", schema_of_type("integer")}; }
};

template <>
struct Codec<double> {
  static bool decode(Decoder& decoder, const Value& value, double& out);
  static Value encode(double value, Detail) { return make_value(value); }
  static TypeDoc type() { return {"number", schema_of_type("number")}; }
};

// Any text without NUL, which neither a path nor an argument can hold.
template <>
struct Codec<std::string> {
  static bool decode(Decoder& decoder, const Value& value, std::string& out);
  static Value encode(const std::string& value, Detail) { return make_value(value); }
  static bool is_unset(const std::string& value) { return value.empty(); }
  static TypeDoc type() { return {"string", schema_of_type("string")}; }
};

template <>
struct Codec<Duration> {
  static bool decode(Decoder& decoder, const Value& value, Duration& out);
  static Value encode(Duration value, Detail) { return make_value(format_duration(value)); }
  static TypeDoc type();
};

template <>
struct Codec<Signal> {
  static bool decode(Decoder& decoder, const Value& value, Signal& out);
  static Value encode(Signal value, Detail) { return make_value(signal_name(value)); }
  static TypeDoc type();
};

template <>
struct Codec<Umask> {
  static bool decode(Decoder& decoder, const Value& value, Umask& out);
  static Value encode(Umask value, Detail) { return make_value(fmt::format("{:03o}", value.bits)); }
  static TypeDoc type();
};

// The words of an enum with names.
void unknown_word(Decoder& decoder, const Value& value, const std::vector<std::string_view>& words);
template <NamedEnum E>
struct Codec<E> {
  static std::vector<std::string_view> words() {
    std::vector<std::string_view> out;
    for (const auto& row : kEnumNames<E>) out.push_back(row.name);
    return out;
  }
  static bool decode(Decoder& decoder, const Value& value, E& out) {
    const auto* text = value.get_if<std::string>();
    const auto found = text != nullptr ? enum_from_name<E>(*text) : std::nullopt;
    if (!found) unknown_word(decoder, value, words());
    out = found.value_or(out);
    return found.has_value();
  }
  static Value encode(E value, Detail) { return make_value(std::string(enum_name(value))); }
  static TypeDoc type() {
    TypeDoc doc{"one of ", schema_of_words(words())};
    for (const auto& row : kEnumNames<E>)
      doc.text += fmt::format("{}`\"{}\"`", &row == kEnumNames<E>.data() ? "" : ", ", row.name);
    return doc;
  }
};

// ---- Types of several settings or of one
// --------------------------------------------------------------------------------------

template <>
struct Codec<Command> {
  static bool decode(Decoder& decoder, const Value& value, Command& out);
  static Value encode(const Command& command, Detail);
  static bool is_unset(const Command& command) { return command.argv.empty(); }
  static TypeDoc type();
};

template <>
struct Codec<Environment> {
  static bool decode(Decoder& decoder, const Value& value, Environment& out);
  static Value encode(const Environment& environment, Detail);
  static TypeDoc type();
};

template <>
struct Codec<NamedFiles> {
  static bool decode(Decoder& decoder, const Value& value, NamedFiles& out);
  static Value encode(const NamedFiles& files, Detail);
  static TypeDoc type();
};

template <>
struct Codec<EnvInherit> {
  static bool decode(Decoder& decoder, const Value& value, EnvInherit& out);
  static Value encode(const EnvInherit& inherit, Detail);
  static TypeDoc type();
};

template <>
struct Codec<OnGiveUp> {
  static bool decode(Decoder& decoder, const Value& value, OnGiveUp& out);
  static Value encode(const OnGiveUp& on_give_up, Detail);
  static TypeDoc type();
};

template <>
struct Codec<MaxRestarts> {
  static bool decode(Decoder& decoder, const Value& value, MaxRestarts& out);
  static Value encode(MaxRestarts max, Detail);
  static TypeDoc type();
};

template <>
struct Codec<InstanceCount> {
  static bool decode(Decoder& decoder, const Value& value, InstanceCount& out);
  static Value encode(const InstanceCount& count, Detail);
  static TypeDoc type();
};

// Limits of any unit: a value for both, or "soft:hard".
bool decode_limit(Decoder& decoder, const Value& value, LimitUnit unit, LimitPair& out);
[[nodiscard]] Value encode_limit(LimitPair limit, LimitUnit unit);
[[nodiscard]] TypeDoc limit_type(LimitUnit unit);
template <LimitUnit Unit>
struct Codec<LimitIn<Unit>> {
  static bool decode(Decoder& decoder, const Value& value, LimitIn<Unit>& out) {
    return decode_limit(decoder, value, Unit, out);
  }
  static Value encode(LimitIn<Unit> limit, Detail) { return encode_limit(limit, Unit); }
  static TypeDoc type() { return limit_type(Unit); }
};

template <>
struct Codec<SchedSpec> {
  static bool decode(Decoder& decoder, const Value& value, SchedSpec& out);
  static Value encode(SchedSpec sched, Detail detail);
  static TypeDoc type();
};

template <>
struct Codec<IoPriority> {
  static bool decode(Decoder& decoder, const Value& value, IoPriority& out);
  static Value encode(IoPriority priority, Detail);
  static TypeDoc type();
};

template <>
struct Codec<CpuAffinity> {
  static bool decode(Decoder& decoder, const Value& value, CpuAffinity& out);
  static Value encode(const CpuAffinity& affinity, Detail);
  static bool is_unset(const CpuAffinity& affinity) { return affinity.cpus.empty(); }
  static TypeDoc type();
};

template <>
struct Codec<CapabilitySet> {
  static bool decode(Decoder& decoder, const Value& value, CapabilitySet& out);
  static Value encode(CapabilitySet set, Detail);
  static TypeDoc type();
};

template <>
struct Codec<LogTemplate> {
  static bool decode(Decoder& decoder, const Value& value, LogTemplate& out);
  static Value encode(const LogTemplate& text, Detail) { return make_value(text.text); }
  static bool is_unset(const LogTemplate& text) { return text.text.empty(); }
  static TypeDoc type();
};

template <>
struct Codec<SizeLimit> {
  static bool decode(Decoder& decoder, const Value& value, SizeLimit& out);
  static Value encode(SizeLimit limit, Detail);
  static TypeDoc type();
};

template <>
struct Codec<TimeOfDay> {
  static bool decode(Decoder& decoder, const Value& value, TimeOfDay& out);
  static Value encode(TimeOfDay time, Detail);
  static TypeDoc type();
};

// What is one text: what cgroup controllers are told, and amounts of output.
bool decode_resource(Decoder& decoder, const Value& value, MemoryAmount& out);
bool decode_resource(Decoder& decoder, const Value& value, CpuMax& out);
bool decode_resource(Decoder& decoder, const Value& value, ByteRate& out);
bool decode_resource(Decoder& decoder, const Value& value, ByteSize& out);
bool decode_resource(Decoder& decoder, const Value& value, LineLimit& out);
[[nodiscard]] std::string resource_text(MemoryAmount amount);
[[nodiscard]] std::string resource_text(CpuMax max);
[[nodiscard]] std::string resource_text(ByteRate rate);
[[nodiscard]] std::string resource_text(ByteSize size);
[[nodiscard]] std::string resource_text(LineLimit limit);
[[nodiscard]] TypeDoc resource_type(MemoryAmount);
[[nodiscard]] TypeDoc resource_type(CpuMax);
[[nodiscard]] TypeDoc resource_type(ByteRate);
[[nodiscard]] TypeDoc resource_type(ByteSize);
[[nodiscard]] TypeDoc resource_type(LineLimit);
template <class T>
  requires requires(T value) { resource_text(value); }
struct Codec<T> {
  static bool decode(Decoder& decoder, const Value& value, T& out) { return decode_resource(decoder, value, out); }
  static Value encode(T value, Detail) { return make_value(resource_text(value)); }
  static TypeDoc type() { return resource_type(T{}); }
};

template <>
struct Codec<GroupsSpec> {
  static bool decode(Decoder& decoder, const Value& value, GroupsSpec& out);
  static Value encode(const GroupsSpec& spec, Detail detail);
  static TypeDoc type();
};

template <>
struct Codec<StdinSpec> {
  static bool decode(Decoder& decoder, const Value& value, StdinSpec& out);
  static Value encode(const StdinSpec& spec, Detail);
  static TypeDoc type();
};

inline constexpr std::size_t kMaxStatuses = 16;
template <>
struct Codec<HttpStatuses> {
  static bool decode(Decoder& decoder, const Value& value, HttpStatuses& out);
  static Value encode(const HttpStatuses& statuses, Detail);
  static TypeDoc type();
};

inline constexpr std::size_t kMaxStopSteps = 16;
template <>
struct Codec<StopSpec> {
  static bool decode(Decoder& decoder, const Value& value, StopSpec& out);
  static Value encode(const StopSpec& stop, Detail detail);
  static TypeDoc type();
};

template <>
struct Codec<StderrSpec> {
  static bool decode(Decoder& decoder, const Value& value, StderrSpec& out);
  static Value encode(const StderrSpec& spec, Detail detail);
  static TypeDoc type();
};

// ---- Composed types
// -----------------------------------------------------------------------------------------------------------

template <class T>
struct Codec<std::optional<T>> {
  static bool decode(Decoder& decoder, const Value& value, std::optional<T>& out) {
    return Codec<T>::decode(decoder, value, out.emplace());
  }
  static Value encode(const std::optional<T>& value, Detail detail) { return Codec<T>::encode(*value, detail); }
  static bool is_unset(const std::optional<T>& value) { return !value.has_value(); }
  static TypeDoc type() { return Codec<T>::type(); }
};

// A value in a Rare that was not written is not shown, unless what holds then is worth telling.
template <class T>
inline constexpr bool kShowsDefault =
    std::disjunction_v<std::is_same<T, EnvInherit>, std::is_same<T, OnGiveUp>, std::is_same<T, GroupsSpec>,
                       std::is_same<T, StdinSpec>, std::is_same<T, StopSpec>>;
template <class T>
inline constexpr bool kShowsDefault<std::vector<T>> = true;

template <class T>
struct Codec<Rare<T>> {
  static bool decode(Decoder& decoder, const Value& value, Rare<T>& out) {
    return Codec<T>::decode(decoder, value, out.edit());
  }
  static Value encode(const Rare<T>& value, Detail detail) { return Codec<T>::encode(*value, detail); }
  static bool is_unset(const Rare<T>& value) {
    if constexpr (requires { Codec<T>::is_unset(*value); })
      return Codec<T>::is_unset(*value);
    else
      return !value.is_written() && !kShowsDefault<T>;
  }
  static TypeDoc type() { return Codec<T>::type(); }
};

template <class T>
struct Codec<std::vector<T>> {
  static bool decode(Decoder& decoder, const Value& value, std::vector<T>& out) {
    const auto* array = value.get_if<ValueArray>();
    if (array == nullptr) {
      decoder.wrong_type(value, "a " + type().text, "put it into brackets: [" + example_of(value) + "]");
      return false;
    }
    bool good = true;
    std::vector<T> elements(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) good &= Codec<T>::decode(decoder, (*array)[i], elements[i]);
    out = std::move(elements);
    return good;
  }
  static Value encode(const std::vector<T>& elements, Detail detail) {
    ValueArray out;
    for (const T& element : elements) out.push_back(Codec<T>::encode(element, detail));
    return make_value(std::move(out));
  }
  static TypeDoc type() {
    const TypeDoc element = Codec<T>::type();
    const bool is_one_word = element.text.find(' ') == std::string::npos;
    TypeDoc out{is_one_word ? "list of " + element.text + "s" : "list, each element: " + element.text,
                schema_of_type("array")};
    out.schema.add("items", make_value(element.schema));
    return out;
  }

 private:
  static std::string example_of(const Value& value) {
    return value.get_if<std::string>() != nullptr || value.get_if<std::int64_t>() != nullptr ? inline_toml(value)
                                                                                             : "...";
  }
};

// One member by its row: decoded, then checked.
template <class Spec, class T, class Check>
bool decode_field(Decoder& decoder, const Value& value, const Field<Spec, T, Check>& row, Spec& out) {
  T member{};
  if (!Codec<T>::decode(decoder, value, member) || !satisfies(decoder, value, plain(member), row.check)) return false;
  out.*row.member = std::move(member);
  return true;
}

template <SettingTable Spec>
bool decode_entry(Decoder& decoder, const Entry& entry, Spec& out) {
  std::optional<bool> good;
  for_each_field<Spec>([&](const auto& row) {
    if (row.key != entry.key) return;
    const Decoder::Scope scope(decoder, row.key);
    good = decode_field(decoder, entry.value, row, out);
  });
  if (!good) decoder.unknown_key(entry, probable_key<Spec>(entry.key), keys_told<Spec>());
  return good.value_or(false);
}

template <SettingTable Spec>
bool decode_table(Decoder& decoder, const ValueTable& table, Spec& out) {
  bool good = true;
  for (const Entry& entry : table.entries) good &= decode_entry(decoder, entry, out);
  return good;
}

template <class T>
bool is_unset(const T& value) {
  if constexpr (requires { Codec<T>::is_unset(value); })
    return Codec<T>::is_unset(value);
  else
    return false;
}

template <SettingTable Spec>
ValueTable encode_table(const Spec& spec, Detail detail) {
  const Spec defaults{};
  ValueTable out;
  for_each_field<Spec>([&]<class T, class Check>(const Field<Spec, T, Check>& row) {
    const T& member = spec.*row.member;
    if (is_unset(member) || (detail == Detail::changed && member == defaults.*row.member)) return;
    out.add(row.key, Codec<T>::encode(member, detail));
  });
  return out;
}

// { type = "object", properties = {...}, additionalProperties = false }, from the rows.
template <SettingTable Spec>
ValueTable table_schema();

template <SettingTable Spec>
struct Codec<Spec> {
  static constexpr std::string_view kShorthand = kShorthandKey<Spec>;

  static bool decode(Decoder& decoder, const Value& value, Spec& out) {
    if (const auto* table = value.get_if<ValueTable>()) return decode_table(decoder, *table, out);
    bool good = false;
    for_each_field<Spec>([&](const auto& row) {
      if (row.key == kShorthand) good = decode_field(decoder, value, row, out);
    });
    if (kShorthand.empty()) decoder.wrong_type(value, "a table");
    return good;
  }
  static Value encode(const Spec& spec, Detail detail) {
    ValueTable table = encode_table(spec, detail);
    if (detail == Detail::changed && table.entries.size() == 1 && table.entries[0].key == kShorthand)
      return std::move(table.entries[0].value);
    return make_value(std::move(table));
  }
  static TypeDoc type() {
    TypeDoc doc{"table", table_schema<Spec>()};
    for_each_field<Spec>([&]<class T, class Check>(const Field<Spec, T, Check>& row) {
      if (row.key != kShorthand) return;
      const TypeDoc word = Codec<T>::type();
      doc = {fmt::format("{}, or table", word.text), schema_any_of({word.schema, doc.schema})};
    });
    return doc;
  }
};

// ---- What a row says to a reader
// --------------------------------------------------------------------------------------------

// `example` of a row, which is TOML, as a value.
[[nodiscard]] Value example_value(std::string_view example);

template <SettingTable Spec>
ValueTable table_schema() {
  const Spec defaults{};
  ValueTable properties;
  for_each_field<Spec>([&]<class T, class Check>(const Field<Spec, T, Check>& row) {
    ValueTable schema = Codec<T>::type().schema;
    // A range of durations and limits, which can be strings, cannot be said.
    constexpr bool is_number = requires(const T& value) { value + 1; } || requires(const T& value) { *value + 1; };
    constexpr bool is_sayable = !std::is_same_v<Check, NoCheck> && (!std::is_same_v<Check, Range> || is_number);
    if constexpr (is_sayable) add_check(schema, row.check);
    schema.add("description", make_value(std::string(row.doc)));
    if (!is_unset(defaults.*row.member))
      schema.add("default", Codec<T>::encode(defaults.*row.member, Detail::complete));
    schema.add("examples", make_value(ValueArray{example_value(row.example)}));
    properties.add(row.key, make_value(std::move(schema)));
  });
  ValueTable out = schema_of_type("object");
  out.add("properties", make_value(std::move(properties)));
  out.add("additionalProperties", make_value(false));
  return out;
}

}  // namespace sup
