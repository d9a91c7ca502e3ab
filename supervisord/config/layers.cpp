#include "config/layers.hpp"

#include <algorithm>

#include "config/load.hpp"

namespace sup {
namespace {

// Keys of a table of which one is meant.
struct Alternatives {
  std::string_view table;  // Empty: the service (or what is external) itself.
  std::string_view key;
};
constexpr Alternatives kAlternatives[] = {
    {"", "tcp"},         {"", "unix"},        {"", "http"},       {"", "exec"},         {"", "file"},
    {"ready", "tcp"},    {"ready", "unix"},   {"ready", "http"},  {"ready", "exec"},    {"ready", "file"},
    {"ready", "notify"}, {"ready", "fd"},     {"ready", "log"},   {"health", "tcp"},    {"health", "unix"},
    {"health", "http"},  {"health", "exec"},  {"health", "file"}, {"reload", "signal"}, {"reload", "command"},
    {"stop", "signal"},  {"stop", "command"},
};

bool is_alternative(std::string_view table, std::string_view key) {
  return std::ranges::any_of(kAlternatives,
                             [&](const Alternatives& row) { return row.table == table && row.key == key; });
}

// The key of the table at a path that a word stands for, or nothing.
template <SettingTable Spec>
std::string_view shorthand_at(std::string_view path) {
  const std::string_view key = path.substr(0, path.find('.'));
  std::string_view found;
  for_each_field<Spec>([&]<class T, class Check>(const Field<Spec, T, Check>& row) {
    if constexpr (SettingTable<Plain<T>>) {
      if (row.key != key) return;
      found = key.size() == path.size() ? kShorthandKey<Plain<T>> : shorthand_at<Plain<T>>(path.substr(key.size() + 1));
    }
  });
  return found;
}

bool is_table(const Value& value) { return value.get_if<ValueTable>() != nullptr; }

// Makes of a word the table that it stands for. False: it stands for none.
bool as_table(Value& value, std::string_view path) {
  if (is_table(value)) return true;
  const std::string_view key = shorthand_at<ServiceSpec>(path);
  if (key.empty() || value.get_if<ValueArray>() != nullptr) return false;
  const Span span = value.span;
  ValueTable table;
  table.entries.push_back(Entry{std::string(key), span, std::move(value)});
  value = Value{std::move(table), span};
  return true;
}

void put_under_at(ValueTable& upper, const ValueTable& lower, const std::string& path);

// The same key is in both layers.
void put_under_entry(Entry& upper, const Entry& lower, const std::string& path) {
  if (!is_table(upper.value) && !is_table(lower.value)) return;
  Value below = lower.value;
  if (!as_table(upper.value, path) || !as_table(below, path)) return;
  put_under_at(std::get<ValueTable>(upper.value.data), std::get<ValueTable>(below.data), path);
}

void put_under_at(ValueTable& upper, const ValueTable& lower, const std::string& path) {
  const auto chosen =
      std::ranges::any_of(upper.entries, [&](const Entry& entry) { return is_alternative(path, entry.key); });
  for (const Entry& entry : lower.entries) {
    const auto same = std::ranges::find(upper.entries, entry.key, &Entry::key);
    if (same != upper.entries.end())
      put_under_entry(*same, entry, path.empty() ? entry.key : path + "." + entry.key);
    else if (!chosen || !is_alternative(path, entry.key))
      upper.entries.push_back(entry);
  }
}

void add_origins(const ValueTable& table, const std::string& prefix, Origins& out) {
  for (const Entry& entry : table.entries) {
    const std::string key = prefix + entry.key;
    const auto* inner = entry.value.get_if<ValueTable>();
    if (inner != nullptr && !inner->entries.empty())
      add_origins(*inner, key + ".", out);
    else if (const std::uint32_t source = entry.key_span.source; source != 0)
      out.add({key, layer_of_source(source), file_of_source(source), entry.key_span.line});
  }
}

std::string text_of(const Value& value) {
  const auto* text = value.get_if<std::string>();
  return text != nullptr ? *text : inline_toml(value);
}

// "{name}" at the beginning of the text, without its braces, or nothing.
std::string_view placeholder(std::string_view text) {
  const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_", 1);
  if (!text.starts_with('{') || end == text.npos || end == 1 || text[end] != '}') return {};
  return text.substr(1, end - 1);
}

// The text with its placeholders filled in; nothing if that is too large.
std::optional<std::string> filled(std::string_view text, const Arguments& arguments) {
  std::string out;
  const std::string_view whole = text;
  while (!text.empty() && out.size() <= kMaxConfigFileBytes) {
    const std::size_t open = std::min(text.find('{'), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    if (text.empty()) break;
    const std::size_t at = whole.size() - text.size();
    const bool is_shell = at > 0 && whole[at - 1] == '$';
    if (const std::string_view escaped = placeholder(text.substr(1));
        !escaped.empty() && text.substr(escaped.size() + 3).starts_with('}') && arguments.contains(escaped)) {
      out += fmt::format("{{{}}}", escaped);
      text.remove_prefix(escaped.size() + 4);
      continue;
    }
    const std::string_view name = placeholder(text);
    const auto argument = arguments.find(name);
    if (name.empty() || is_shell || argument == arguments.end()) {
      out += '{';
      text.remove_prefix(1);
      continue;
    }
    out += text_of(argument->second);
    text.remove_prefix(name.size() + 2);
  }
  if (out.size() > kMaxConfigFileBytes) return std::nullopt;
  return out;
}

// `room`: how many bytes of texts there may still be.
bool fill_in_text(Value& value, const std::string& text, const Arguments& arguments, std::size_t& room) {
  if (text.find('{') == text.npos) return true;
  const std::string_view whole = placeholder(text);
  if (const auto argument = arguments.find(whole); whole.size() + 2 == text.size() && argument != arguments.end()) {
    value.data = argument->second.data;
    value.is_filled_in = true;
    return true;
  }
  auto out = filled(text, arguments);
  if (!out || out->size() > room) return false;
  room -= out->size();
  value.data = *std::move(out);
  return true;
}

bool fill_in_all(Value& value, const Arguments& arguments, std::size_t& room) {
  bool good = true;
  if (auto* array = std::get_if<ValueArray>(&value.data))
    for (Value& element : *array) good = good && fill_in_all(element, arguments, room);
  if (auto* table = std::get_if<ValueTable>(&value.data))
    for (Entry& entry : table->entries) good = good && fill_in_all(entry.value, arguments, room);
  if (const auto* text = value.get_if<std::string>())
    good = good && fill_in_text(value, std::string(*text), arguments, room);
  return good;
}

}  // namespace

void stamp(Value& value, std::uint32_t source) {
  value.span.source = source;
  if (auto* array = std::get_if<ValueArray>(&value.data))
    for (Value& element : *array) stamp(element, source);
  if (auto* table = std::get_if<ValueTable>(&value.data))
    for (Entry& entry : table->entries) {
      entry.key_span.source = source;
      stamp(entry.value, source);
    }
}

void put_under(ValueTable& upper, const ValueTable& lower) { put_under_at(upper, lower, ""); }

Origins origins_of(const ValueTable& table) {
  Origins out;
  add_origins(table, "", out);
  out.shrink_to_fit();
  return out;
}

bool fill_in(Value& value, const Arguments& arguments) {
  std::size_t room = kMaxConfigFileBytes;
  return fill_in_all(value, arguments, room);
}

}  // namespace sup
