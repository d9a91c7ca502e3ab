// The types and checks of codec_types.hpp that name files.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "config/codec_checks.hpp"
#include "config/codec_types.hpp"

namespace sup {
namespace {

// It is the name of a variable or of a file, and never a path.
bool check_name(Decoder& decoder, const Entry& entry) {
  constexpr std::size_t kLongest = 255;
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  };
  const bool is_good = !entry.key.empty() && entry.key.size() <= kLongest && entry.key.front() != '.' &&
                       std::ranges::all_of(entry.key, is_part);
  if (!is_good)
    decoder.error(entry.key_span, fmt::format("'{}' is no name here", printable(entry.key, 80)),
                  "a name has letters, digits, _ . and -, and does not begin with a dot");
  return is_good;
}

}  // namespace

bool Codec<NamedFiles>::decode(Decoder& decoder, const Value& value, NamedFiles& out) {
  const auto* table = value.get_if<ValueTable>();
  if (table == nullptr) {
    decoder.wrong_type(value, "a table of files", "write for example { DB_PASSWORD = \"/run/secrets/db\" }");
    return false;
  }
  bool good = true;
  for (const Entry& entry : table->entries) {
    if (!check_name(decoder, entry)) {
      good = false;
      continue;
    }
    const Decoder::Scope scope(decoder, printable(entry.key, 80));
    std::string path;
    if (Codec<std::string>::decode(decoder, entry.value, path) && satisfies(decoder, entry.value, path, AbsolutePath{}))
      out.files.emplace_back(entry.key, std::move(path));
    else
      good = false;
  }
  std::ranges::sort(out.files);  // Written in another order, they are the same.
  return good;
}

Value Codec<NamedFiles>::encode(const NamedFiles& files, Detail) {
  ValueTable table;
  for (const auto& [name, path] : files.files) table.add(name, make_value(path));
  return make_value(std::move(table));
}

TypeDoc Codec<NamedFiles>::type() {
  TypeDoc doc{"table of absolute paths", schema_of_type("object")};
  ValueTable path = schema_of_type("string");
  add_check(path, AbsolutePath{});
  doc.schema.add("additionalProperties", make_value(std::move(path)));
  return doc;
}

}  // namespace sup
