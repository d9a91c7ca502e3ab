#include "config/layer_keys.hpp"

#include <algorithm>

namespace sup {
namespace {

constexpr std::string_view kTemplate = "template";
constexpr std::string_view kName = "name";
constexpr std::string_view kDefault = "default";
constexpr std::string_view kBuiltIn[] = {"service", "instance", "instances"};

bool is_scalar(const Value& value) {
  return value.get_if<ValueTable>() == nullptr && value.get_if<ValueArray>() == nullptr &&
         value.get_if<ValueTime>() == nullptr;
}

// What can stand in braces.
bool is_parameter_name(std::string_view name) {
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !name.empty() && name[0] >= 'a' && name[0] <= 'z' && std::ranges::all_of(name, is_part);
}

// Calls `read` for the value, or for each of a list.
template <class Read>
bool one_or_more(const Value& value, Read read) {
  const auto* array = value.get_if<ValueArray>();
  if (array == nullptr) return read(value);
  bool good = true;
  for (const Value& element : *array) good &= read(element);
  return good;
}

bool read_use(Decoder& decoder, const Value& value, TemplateUse& out) {
  out.place = value.span;
  if (const auto* name = value.get_if<std::string>()) {
    out.name = *name;
    return true;
  }
  const auto* table = value.get_if<ValueTable>();
  const Entry* name = table != nullptr ? table->find(kTemplate) : nullptr;
  if (name == nullptr || name->value.get_if<std::string>() == nullptr) {
    decoder.wrong_type(value, "the name of a template, or a table",
                       "use = \"worker\", or use = { template = \"worker\", PARAMETER = ... }");
    return false;
  }
  out.name = *name->value.get_if<std::string>();
  bool good = true;
  for (const Entry& entry : table->entries) {
    if (&entry == name) continue;
    const Decoder::Scope scope(decoder, entry.key);
    if (is_scalar(entry.value))
      out.arguments.push_back(entry);
    else
      decoder.wrong_type(entry.value, "a string, a number or a boolean"), good = false;
  }
  return good;
}

bool read_parameter(Decoder& decoder, const Value& value, ParameterSpec& out) {
  out.place = value.span;
  const auto* table = value.get_if<ValueTable>();
  const Entry* name = table != nullptr ? table->find(kName) : nullptr;
  const auto* word = name != nullptr ? name->value.get_if<std::string>() : value.get_if<std::string>();
  if (word == nullptr) {
    decoder.wrong_type(value, "the name of a parameter, or a table", "{ name = \"count\", default = 2 }");
    return false;
  }
  out.name = *word;
  if (!is_parameter_name(*word) || *word == kTemplate) {
    decoder.error(value.span, fmt::format("'{}' cannot be the name of a parameter", printable(*word, 80)),
                  "it is made of a-z, 0-9, - and _, begins with a letter, and is not 'template'");
    return false;
  }
  if (std::ranges::find(kBuiltIn, *word) != std::end(kBuiltIn)) {
    decoder.error(value.span, fmt::format("{{{}}} stands for something already", *word));
    return false;
  }
  if (table == nullptr) return true;
  bool good = true;
  for (const Entry& entry : table->entries) {
    if (&entry == name) continue;
    if (entry.key == kDefault && is_scalar(entry.value)) {
      out.has_default = true;
      out.fallback = entry.value;
      continue;
    }
    good = false;
    if (entry.key == kDefault)
      decoder.wrong_type(entry.value, "a string, a number or a boolean");
    else
      decoder.unknown_key(entry, kDefault);
  }
  return good;
}

ValueTable schema_one_or_more(ValueTable one) {
  ValueTable list = schema_of_type("array");
  list.add("items", make_value(one));
  return schema_any_of({std::move(one), std::move(list)});
}

ValueTable schema_of_object_with(std::string_view key) {
  ValueTable out = schema_of_type("object"), properties;
  properties.add(key, make_value(schema_of_type("string")));
  out.add("properties", make_value(std::move(properties)));
  out.add("required", make_value(ValueArray{make_value(std::string(key))}));
  return out;
}

template <class Keys>
Keys take_keys(Decoder& decoder, ValueTable& table) {
  Keys out;
  for_each_field<Keys>([&](const auto& row) {
    const auto entry = std::ranges::find(table.entries, row.key, &Entry::key);
    if (entry == table.entries.end()) return;
    const Decoder::Scope scope(decoder, row.key);
    (void)decode_field(decoder, entry->value, row, out);
    table.entries.erase(entry);
  });
  return out;
}

}  // namespace

bool Codec<Words>::decode(Decoder& decoder, const Value& value, Words& out) {
  return one_or_more(value, [&](const Value& element) {
    const auto* word = element.get_if<std::string>();
    if (word == nullptr)
      decoder.wrong_type(element, "a string, or a list of strings");
    else if (word->empty())
      decoder.error(element.span, "must not be empty");
    else
      out.list.push_back(*word);
    return word != nullptr && !word->empty();
  });
}

Value Codec<Words>::encode(const Words& words, Detail detail) {
  return Codec<std::vector<std::string>>::encode(words.list, detail);
}

TypeDoc Codec<Words>::type() { return {"string, or list of strings", schema_one_or_more(schema_of_type("string"))}; }

bool satisfies(Decoder& decoder, const Value& value, const Words& words, AbsolutePath check) {
  bool good = true;
  for (const std::string& word : words.list) good = good && satisfies(decoder, value, word, check);
  return good;
}

bool Codec<TemplateUses>::decode(Decoder& decoder, const Value& value, TemplateUses& out) {
  return one_or_more(value, [&](const Value& element) {
    TemplateUse use;
    const bool good = read_use(decoder, element, use);
    if (good) out.list.push_back(std::move(use));
    return good;
  });
}

Value Codec<TemplateUses>::encode(const TemplateUses& uses, Detail) {
  ValueArray out;
  for (const TemplateUse& use : uses.list) out.push_back(make_value(use.name));
  return make_value(std::move(out));
}

TypeDoc Codec<TemplateUses>::type() {
  return {"name of a template, or table { template = ..., PARAMETER = ... }, or a list of these",
          schema_one_or_more(schema_any_of({schema_of_type("string"), schema_of_object_with(kTemplate)}))};
}

bool Codec<ParameterList>::decode(Decoder& decoder, const Value& value, ParameterList& out) {
  if (value.get_if<ValueArray>() == nullptr) {
    decoder.wrong_type(value, "a list", "parameters = [\"queue\"]");
    return false;
  }
  return one_or_more(value, [&](const Value& element) {
    ParameterSpec parameter;
    if (!read_parameter(decoder, element, parameter)) return false;
    if (std::ranges::find(out.list, parameter) != out.list.end()) {
      decoder.error(element.span, fmt::format("'{}' is there twice", parameter.name));
      return false;
    }
    out.list.push_back(std::move(parameter));
    return true;
  });
}

Value Codec<ParameterList>::encode(const ParameterList& parameters, Detail) {
  ValueArray out;
  for (const ParameterSpec& parameter : parameters.list) out.push_back(make_value(parameter.name));
  return make_value(std::move(out));
}

TypeDoc Codec<ParameterList>::type() {
  ValueTable list = schema_of_type("array");
  list.add("items", make_value(schema_any_of({schema_of_type("string"), schema_of_object_with(kName)})));
  return {"list, each element: string, or table { name = ..., default = ... }", std::move(list)};
}

LayerKeys take_layer_keys(Decoder& decoder, ValueTable& table) { return take_keys<LayerKeys>(decoder, table); }
TemplateKeys take_template_keys(Decoder& decoder, ValueTable& table) { return take_keys<TemplateKeys>(decoder, table); }

}  // namespace sup
