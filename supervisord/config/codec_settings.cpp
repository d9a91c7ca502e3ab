// The types of codec_types.hpp that are made of several values.
#include <algorithm>

#include "config/codec_types.hpp"

namespace sup {
namespace {

constexpr std::string_view kUnlimited = "unlimited";

// What the kernel, every libc and every shell can hold as the name of a variable.
bool check_variable_name(Decoder& decoder, Span span, std::string_view name) {
  const bool good = !name.empty() && name.find_first_of(std::string_view("=\0", 2)) == name.npos;
  if (!good) {
    const std::string_view why = name.empty() ? "is empty" : "may not contain = or NUL";
    decoder.error(span, fmt::format("the variable name '{}' {}", printable(name, 80), why));
  }
  return good;
}

ValueTable word_schema(std::string_view word) { return schema_of_words({word}); }

}  // namespace

bool Codec<Command>::decode(Decoder& decoder, const Value& value, Command& out) {
  if (value.get_if<std::string>() != nullptr) {
    std::string text;
    if (!Codec<std::string>::decode(decoder, value, text)) return false;
    auto words = split_words(text);
    if (!words) decoder.error(value.span, words.error().what);
    if (!words) return false;
    out.argv = *std::move(words);
  } else if (value.get_if<ValueArray>() != nullptr) {
    if (!Codec<std::vector<std::string>>::decode(decoder, value, out.argv)) return false;
  } else {
    decoder.wrong_type(value, "an array of strings or a string");
    return false;
  }
  if (out.argv.empty())
    decoder.error(value.span, "no program is named", "write for example [\"nginx\", \"-g\", \"daemon off;\"]");
  return !out.argv.empty();
}

Value Codec<Command>::encode(const Command& command, Detail detail) {
  return Codec<std::vector<std::string>>::encode(command.argv, detail);
}

TypeDoc Codec<Command>::type() {
  ValueTable strings = Codec<std::vector<std::string>>::type().schema;
  strings.add("minItems", make_value(std::int64_t{1}));
  return {"list of strings, or string", schema_any_of({std::move(strings), schema_of_type("string")})};
}

bool Codec<Environment>::decode(Decoder& decoder, const Value& value, Environment& out) {
  const auto* table = value.get_if<ValueTable>();
  if (table == nullptr) {
    decoder.wrong_type(value, "a table of variables", "write for example { PORT = \"8080\" }");
    return false;
  }
  bool good = true;
  out.variables.reserve(table->entries.size());  // It stays in memory: not an entry more than needed.
  for (const Entry& entry : table->entries) {
    if (!check_variable_name(decoder, entry.key_span, entry.key)) {
      good = false;
      continue;
    }
    const Decoder::Scope scope(decoder, printable(entry.key, 80));
    std::string text;
    if (Codec<std::string>::decode(decoder, entry.value, text))
      out.variables.emplace_back(entry.key, std::move(text));
    else
      good = false;
  }
  std::ranges::sort(out.variables);  // Written in another order, they are the same.
  return good;
}

Value Codec<Environment>::encode(const Environment& environment, Detail) {
  ValueTable table;
  for (const auto& [name, text] : environment.variables) table.add(name, make_value(text));
  return make_value(std::move(table));
}

TypeDoc Codec<Environment>::type() {
  TypeDoc doc{"table of strings", schema_of_type("object")};
  doc.schema.add("propertyNames", make_value(schema_of_pattern("^[^=]+$")));
  doc.schema.add("additionalProperties", make_value(schema_of_type("string")));
  return doc;
}

bool Codec<EnvInherit>::decode(Decoder& decoder, const Value& value, EnvInherit& out) {
  out = EnvInherit{};
  if (const auto* all = value.get_if<bool>()) {
    out.all = *all;
    return true;
  }
  const auto* array = value.get_if<ValueArray>();
  if (array == nullptr) {
    decoder.wrong_type(value, "true, false or a list of variable names");
    return false;
  }
  out.all = false;
  if (!Codec<std::vector<std::string>>::decode(decoder, value, out.names)) return false;
  bool good = true;
  for (std::size_t i = 0; i < array->size(); ++i) good &= check_variable_name(decoder, (*array)[i].span, out.names[i]);
  return good && satisfies(decoder, value, out.names, Unique{});
}

Value Codec<EnvInherit>::encode(const EnvInherit& inherit, Detail detail) {
  if (inherit.all || inherit.names.empty()) return make_value(inherit.all);
  return Codec<std::vector<std::string>>::encode(inherit.names, detail);
}

TypeDoc Codec<EnvInherit>::type() {
  return {"boolean, or list of strings",
          schema_any_of({schema_of_type("boolean"), Codec<std::vector<std::string>>::type().schema})};
}

// ---- Restart policy
// -----------------------------------------------------------------------------------------------------------

bool Codec<OnGiveUp>::decode(Decoder& decoder, const Value& value, OnGiveUp& out) {
  const auto* table = value.get_if<ValueTable>();
  if (table == nullptr) {
    if (!Codec<GiveUpAction>::decode(decoder, value, out.action)) return false;
    if (out.action == GiveUpAction::start)
      decoder.error(value.span, "the service to start is missing", "write { start = \"NAME\" }");
    return out.action != GiveUpAction::start;
  }
  out.action = GiveUpAction::start;
  const Entry* start = table->find("start");
  for (const Entry& entry : table->entries)
    if (&entry != start) decoder.unknown_key(entry, start == nullptr ? "start" : "");
  if (start == nullptr && table->entries.empty())
    decoder.error(value.span, "the service to start is missing", "write { start = \"NAME\" }");
  if (start == nullptr || table->entries.size() != 1) return false;
  const Decoder::Scope scope(decoder, "start");
  return Codec<std::string>::decode(decoder, start->value, out.start) &&
         satisfies(decoder, start->value, out.start, NotEmpty{});
}

Value Codec<OnGiveUp>::encode(const OnGiveUp& on_give_up, Detail detail) {
  if (on_give_up.action != GiveUpAction::start) return Codec<GiveUpAction>::encode(on_give_up.action, detail);
  ValueTable table;
  table.add("start", make_value(on_give_up.start));
  return make_value(std::move(table));
}

TypeDoc Codec<OnGiveUp>::type() {
  ValueTable properties, table = schema_of_type("object");
  properties.add("start", make_value(schema_of_type("string")));
  table.add("properties", make_value(std::move(properties)));
  table.add("required", make_value(ValueArray{make_value(std::string("start"))}));
  table.add("additionalProperties", make_value(false));
  return {"one of `\"fail\"`, `\"shutdown\"`, or table",
          schema_any_of({schema_of_words({enum_name(GiveUpAction::fail), enum_name(GiveUpAction::shutdown)}), table})};
}

bool Codec<MaxRestarts>::decode(Decoder& decoder, const Value& value, MaxRestarts& out) {
  out = MaxRestarts{};
  if (const auto* text = value.get_if<std::string>(); text != nullptr && *text == kUnlimited) return true;
  if (value.get_if<std::int64_t>() != nullptr) return Codec<std::uint32_t>::decode(decoder, value, out.count.emplace());
  decoder.wrong_type(value, "a whole number or \"unlimited\"");
  return false;
}

Value Codec<MaxRestarts>::encode(MaxRestarts max, Detail detail) {
  return max.count ? Codec<std::uint32_t>::encode(*max.count, detail) : make_value(std::string(kUnlimited));
}

TypeDoc Codec<MaxRestarts>::type() {
  return {"integer, or `\"unlimited\"`", schema_any_of({schema_of_type("integer"), word_schema(kUnlimited)})};
}

// ---- Stop
// ---------------------------------------------------------------------------------------------------------------------

namespace {

// In the one-table form the wait of the only step is called timeout.
constexpr std::string_view kStepWait = "wait";
constexpr std::string_view kTimeout = "timeout";

bool decode_single_step(Decoder& decoder, const ValueTable& table, StopSpec& out) {
  out.steps = {StopStep{}};
  bool good = true;
  constexpr std::string_view kNear[] = {kTimeout};
  for (const Entry& entry : table.entries) {
    if (entry.key == kStepWait || (entry.key != kTimeout && nearest(entry.key, kNear))) {
      decoder.unknown_key(entry, kTimeout);
      good = false;
    } else if (entry.key != kTimeout) {
      good &= decode_entry(decoder, entry, out.steps[0]);
    } else {
      const Decoder::Scope scope(decoder, kTimeout);
      for_each_field<StopStep>([&](const auto& row) {
        if (row.key == kStepWait) good &= decode_field(decoder, entry.value, row, out.steps[0]);
      });
    }
  }
  return good;
}

// Makes the table of a step the one-table form.
ValueTable rename_wait(ValueTable table) {
  for (Entry& entry : table.entries)
    if (entry.key == kStepWait) entry.key = kTimeout;
  return table;
}

}  // namespace

bool Codec<StopSpec>::decode(Decoder& decoder, const Value& value, StopSpec& out) {
  if (const auto* table = value.get_if<ValueTable>()) return decode_single_step(decoder, *table, out);
  const auto* array = value.get_if<ValueArray>();
  if (array == nullptr) {
    decoder.wrong_type(value, "a table { signal, to, timeout } or a list of steps",
                       value.get_if<std::string>() != nullptr ? "write { signal = " + inline_toml(value) + " }" : "");
    return false;
  }
  if (array->empty() || array->size() > kMaxStopSteps) {
    decoder.error(value.span, fmt::format("a list of steps has 1 to {} of them, not {}", kMaxStopSteps, array->size()),
                  array->empty() ? "for KILL at once write { signal = \"KILL\" }" : "");
    return false;
  }
  return Codec<std::vector<StopStep>>::decode(decoder, value, out.steps);
}

Value Codec<StopSpec>::encode(const StopSpec& stop, Detail detail) {
  if (stop.steps.size() != 1) return Codec<std::vector<StopStep>>::encode(stop.steps, detail);
  return make_value(rename_wait(encode_table(stop.steps[0], detail)));
}

TypeDoc Codec<StopSpec>::type() {
  ValueTable single = table_schema<StopStep>();
  for (Entry& entry : single.entries)
    if (entry.key == "properties") entry.value.data = rename_wait(std::get<ValueTable>(entry.value.data));
  ValueTable list = Codec<std::vector<StopStep>>::type().schema;
  list.add("minItems", make_value(std::int64_t{1}));
  list.add("maxItems", make_value(std::int64_t{kMaxStopSteps}));
  return {"table, or list of tables", schema_any_of({std::move(single), std::move(list)})};
}

// ---- stderr
// -------------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::string_view kSameLog = "log";
constexpr std::string_view kMerged = "stdout";

}  // namespace

bool Codec<StderrSpec>::decode(Decoder& decoder, const Value& value, StderrSpec& out) {
  out = StderrSpec{};
  if (const auto* table = value.get_if<ValueTable>()) {
    out.mode = StderrMode::own_log;
    return decode_table(decoder, *table, out.log);
  }
  const auto* text = value.get_if<std::string>();
  if (text != nullptr && *text == kSameLog) return true;
  if (text != nullptr && *text == kMerged) {
    out.mode = StderrMode::merged;
    return true;
  }
  const bool is_destination = text != nullptr && enum_from_name<LogTo>(*text).has_value();
  decoder.wrong_type(value, "\"log\", \"stdout\" or a log table",
                     is_destination ? fmt::format("write {{ to = \"{}\" }}", *text) : "");
  return false;
}

Value Codec<StderrSpec>::encode(const StderrSpec& spec, Detail detail) {
  switch (spec.mode) {
    case StderrMode::same_log: return make_value(std::string(kSameLog));
    case StderrMode::merged: return make_value(std::string(kMerged));
    case StderrMode::own_log: return make_value(encode_table(spec.log, detail));
  }
  check_failed("every StderrMode can be written");
}

TypeDoc Codec<StderrSpec>::type() {
  return {"one of `\"log\"`, `\"stdout\"`, or table",
          schema_any_of({schema_of_words({kSameLog, kMerged}), table_schema<LogSpec>()})};
}

}  // namespace sup
