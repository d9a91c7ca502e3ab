// `groups`: a list, or a table { replace = [...] }.
#include "config/codec_types.hpp"

namespace sup {
namespace {

using Names = Codec<std::vector<std::string>>;

constexpr std::string_view kReplace = "replace";

bool decode_names(Decoder& decoder, const Value& value, std::vector<std::string>& out) {
  return Names::decode(decoder, value, out) && satisfies(decoder, value, out, Unique{});
}

bool decode_groups_table(Decoder& decoder, const Value& value, const ValueTable& table, GroupsSpec& out) {
  const Entry* replace = table.find(kReplace);
  for (const Entry& entry : table.entries)
    if (&entry != replace) decoder.unknown_key(entry, replace == nullptr ? kReplace : "");
  if (table.entries.empty()) decoder.wrong_type(value, "a list of strings or { replace = [...] }");
  if (replace == nullptr || table.entries.size() != 1) return false;
  const Decoder::Scope scope(decoder, kReplace);
  out.replaces = true;
  return decode_names(decoder, replace->value, out.names);
}

}  // namespace

bool Codec<GroupsSpec>::decode(Decoder& decoder, const Value& value, GroupsSpec& out) {
  out = GroupsSpec{};
  const auto* table = value.get_if<ValueTable>();
  return table != nullptr ? decode_groups_table(decoder, value, *table, out) : decode_names(decoder, value, out.names);
}

Value Codec<GroupsSpec>::encode(const GroupsSpec& spec, Detail detail) {
  Value names = Names::encode(spec.names, detail);
  if (!spec.replaces) return names;
  ValueTable table;
  table.add(kReplace, std::move(names));
  return make_value(std::move(table));
}

TypeDoc Codec<GroupsSpec>::type() {
  TypeDoc names = Names::type();
  add_check(names.schema, Unique{});
  ValueTable properties, table = schema_of_type("object");
  properties.add(kReplace, make_value(names.schema));
  table.add("properties", make_value(std::move(properties)));
  table.add("required", make_value(ValueArray{make_value(std::string(kReplace))}));
  table.add("additionalProperties", make_value(false));
  return {names.text + ", or table", schema_any_of({names.schema, std::move(table)})};
}

}  // namespace sup
