#include "config/override.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/text.hpp"
#include "config/codec.hpp"
#include "config/toml.hpp"

namespace sup {
namespace {

// They have commands of their own: ctl enable, ctl scale.
bool is_chosen_otherwise(std::string_view key) { return key == "enabled" || key == "instances"; }

// A stop that is under way knows its step by its number.
bool has_same_steps(const StopSpec& a, const StopSpec& b) {
  return std::ranges::equal(
      a.steps, b.steps, {}, [](const StopStep& step) { return step.command.argv.empty(); },
      [](const StopStep& step) { return step.command.argv.empty(); });
}

// What stands behind the "=", alone: `1, y = 2` is no value.
std::optional<Value> toml_value(std::string_view text) {
  if (text.find_first_of("\n\r") != text.npos) return std::nullopt;
  auto parsed = parse_toml(fmt::format("x = {}", text), "value");
  if (!parsed) return std::nullopt;
  auto& entries = std::get<ValueTable>(parsed->data).entries;
  if (entries.size() != 1 || entries[0].value.get_if<ValueTime>() != nullptr) return std::nullopt;
  return std::move(entries[0].value);
}

// Sets the value at a path of keys. What is in its way (a word that stands for a table) gives way to a table.
void put(ValueTable& table, std::string_view path, const Value& value) {
  const std::string_view key = path.substr(0, path.find('.'));
  auto entry = std::ranges::find(table.entries, key, &Entry::key);
  if (entry == table.entries.end()) {
    table.add(key, Value{ValueTable{}, {}});
    entry = std::prev(table.entries.end());
  }
  if (key.size() == path.size()) {
    entry->value = value;
    return;
  }
  if (entry->value.get_if<ValueTable>() == nullptr) entry->value.data = ValueTable{};
  put(std::get<ValueTable>(entry->value.data), path.substr(key.size() + 1), value);
}

std::string all_findings(std::span<const Diagnostic> findings) {
  std::string out;
  for (const Diagnostic& finding : findings) {
    out += fmt::format("{}{}", out.empty() ? "" : "; ", finding.message);
    if (!finding.hint.empty()) out += fmt::format(" ({})", finding.hint);
  }
  return out;
}

}  // namespace

Result<Override> parse_override(std::string_view text) {
  const std::size_t equals = text.find('=');
  std::string_view path = text.substr(0, equals);
  while (path.ends_with(' ')) path.remove_suffix(1);
  const bool has_empty_part = path.empty() || path.front() == '.' || path.back() == '.' || path.find("..") != path.npos;
  if (equals == text.npos || has_empty_part)
    return fail(Errc::invalid,
                fmt::format("'{}' is not KEY=VALUE; write for example resources.memory-max=1GiB", printable(text, 80)));
  if (std::ranges::count(path, '.') >= kMaxKeyParts)
    return fail(Errc::invalid, fmt::format("'{}' has too many parts", printable(path, 80)));
  const std::string_view value = text.substr(equals + 1);
  if (value.size() > kMaxOverrideBytes)
    return fail(Errc::limit, fmt::format("{}: a value has at most {} bytes", printable(path, 80), kMaxOverrideBytes));
  Override out{std::string(path), {}, value.empty()};
  if (auto parsed = toml_value(value))
    out.value = *std::move(parsed);
  else
    out.value = Value{std::string(value), {}};
  return out;
}

Result<std::vector<Override>> merge_overrides(std::vector<Override> kept, std::vector<Override> changes) {
  for (Override& change : changes) {
    const auto old = std::ranges::find(kept, change.path, &Override::path);
    if (change.is_reset && old == kept.end())
      return fail(Errc::invalid, fmt::format("{} is as its definition says: there is nothing to take back",
                                             printable(change.path, 80)));
    if (old != kept.end()) kept.erase(old);
    if (!change.is_reset) kept.push_back(std::move(change));
  }
  if (kept.size() > kMaxOverrides)
    return fail(Errc::limit, fmt::format("at most {} settings of a service can be set", kMaxOverrides));
  return kept;
}

Result<ServiceSpec> with_overrides(std::string_view service, const ServiceSpec& definition,
                                   const std::vector<Override>& overrides) {
  ValueTable table = encode(definition, Detail::complete);
  for (const Override& change : overrides) put(table, change.path, change.value);
  Report report;
  ServiceSpec out;
  Decoder decoder("", fmt::format("[service.{}]", toml_key(service)), report);
  decode(decoder, Value{std::move(table), {}}, out);
  if (report.has_errors()) return fail(Errc::invalid, all_findings(report.take()));
  return out;
}

ServiceSpec with_live_changes(ServiceSpec before, const ServiceSpec& after) {
  const StopSpec stop = *before.stop;
  take_live(before, after);
  if (!has_same_steps(stop, *before.stop)) before.stop.edit() = stop;
  return before;
}

Result<std::vector<SettingChange>> settable_changes(const ServiceSpec& before, const ServiceSpec& after) {
  std::vector<SettingChange> changes = diff(before, after);
  for (const SettingChange& change : changes) {
    if (change.on_change == OnChange::live && !is_chosen_otherwise(change.key)) continue;
    return fail(Errc::invalid,
                fmt::format("{} cannot be set while the service runs: change its definition", change.key));
  }
  if (!has_same_steps(*before.stop, *after.stop))
    return fail(
        Errc::invalid,
        "stop: the kind and the number of its steps cannot be set while the service runs: change its definition");
  return changes;
}

}  // namespace sup
