#include "config/transient.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/text.hpp"
#include "config/codec.hpp"
#include "config/interpolate.hpp"
#include "config/load.hpp"
#include "config/shape.hpp"
#include "config/toml.hpp"
#include "config/value.hpp"

namespace sup {
namespace {

constexpr std::string_view kPlace = "run";  // Stands for a file.

bool is_key(std::string_view key) {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !key.empty() && key.front() != '.' && key.back() != '.' && key.find("..") == key.npos &&
         std::ranges::all_of(key, is_good);
}

std::string quoted(std::string_view text) { return inline_toml({std::string(text), {}}); }

std::string messages_of(std::vector<Diagnostic> diagnostics) {
  std::string out;
  for (const Diagnostic& d : diagnostics) {
    if (d.severity != Severity::error) continue;
    out += fmt::format("{}{}{}", out.empty() ? "" : "; ", d.message, d.hint.empty() ? "" : " (" + d.hint + ")");
  }
  return out;
}

bool may_name(std::span<const std::string> lines, std::string_view name) {
  return std::ranges::any_of(lines, [&](const std::string& l) { return l.find(name) != l.npos; });
}

// What of another service decides whether it may be named, and how: not what that names in turn.
NamedService as_named(const NamedService& other) {
  NamedService out{.name = other.name, .spec = {}, .file = 0, .line = 0};
  out.external = other.external;
  out.spec.type = other.spec.type;
  if (has_process(other.spec)) out.spec.command.argv = {"true"};
  out.spec.daemon = other.spec.daemon;
  out.spec.health = other.spec.health;
  out.spec.on_exit = other.spec.on_exit;
  out.spec.restart.when = other.spec.restart.when;
  return out;
}

}  // namespace

Result<ServiceSpec> recall_service(const std::string& name, std::string_view toml) {
  const auto root = parse_toml(toml, kPlace);
  if (!root) return fail(Errc::invalid, root.error().message);
  const Value* value = &*root;
  for (const std::string_view key : {std::string_view("service"), std::string_view(name)}) {
    const auto* table = value->get_if<ValueTable>();
    const Entry* entry = table != nullptr ? table->find(key) : nullptr;
    if (entry == nullptr) return fail(Errc::invalid, fmt::format("there is no [service.{}]", toml_key(name)));
    value = &entry->value;
  }
  Report report;
  ServiceSpec out;
  Decoder decoder(kPlace, fmt::format("[service.{}]", toml_key(name)), report);
  Value settings = *value;
  const LoadOptions nothing;
  Outside nobody(nothing);  // Nothing in it is left to be asked.
  std::vector<std::string> secrets;
  if (auto* table = std::get_if<ValueTable>(&settings.data)) interpolate(*table, decoder, nobody, secrets);
  decode(decoder, settings, out);
  if (report.has_errors()) return fail(Errc::invalid, messages_of(report.take()));
  return out;
}

Result<std::string> setting_line(std::string_view word) {
  const std::size_t at = word.find('=');
  const std::string_view key = word.substr(0, at);
  if (at == word.npos || !is_key(key))
    return fail(Errc::invalid, fmt::format("'{}' is not KEY=VALUE", printable(word, 80)));
  const std::string_view value = word.substr(at + 1);
  std::string line = fmt::format("{} = {}\n", key, value);
  if (value.find('\n') == value.npos && parse_toml(line, kPlace)) return line;
  return fmt::format("{} = {}\n", key, quoted(value));
}

std::string string_setting(std::span<const std::string_view> keys, std::string_view value) {
  std::string path;
  for (const std::string_view key : keys) path += (path.empty() ? "" : ".") + toml_key(key);
  return fmt::format("{} = {}\n", path, quoted(value));
}

// Taken as it is: nothing of the machine is asked, and no file is read, for who gives a command.
static Result<std::string> own_text(const std::string& name, std::span<const std::string> lines,
                                    std::span<const std::string_view> argv) {
  std::string text;
  ValueArray words;
  for (const std::string_view word : argv) words.push_back({std::string(word), {}});
  text += fmt::format("command = {}\n", inline_toml({std::move(words), {}}));
  for (const std::string& line : lines) text += line;
  auto root = parse_toml(text, kPlace);
  if (!root)
    return fail(Errc::invalid,
                root.error().message + (root.error().hint.empty() ? "" : " (" + root.error().hint + ")"));
  auto& table = std::get<ValueTable>(root->data);
  for (const std::string_view key : {"use", "profile", "if"})
    if (table.find(key) != nullptr)
      return fail(Errc::invalid, fmt::format("{}: only a service that a file defines has it", key));
  escape_interpolation(table);
  text = fmt::format("[service.{}]\n", toml_key(name));
  for (const Entry& entry : table.entries)
    text += fmt::format("{} = {}\n", toml_key(entry.key), inline_toml(entry.value));
  return text;
}

Result<ServiceSpec> transient_spec(const std::string& name, std::span<const std::string> lines,
                                   std::span<const std::string_view> argv,
                                   std::span<const NamedService* const> others) {
  std::string text = TRY(own_text(name, lines, argv));
  for (const NamedService* other : others)
    if (other->name != name && may_name(lines, other->name))
      text += to_toml(as_named(*other), Detail::changed, Secrets::shown);
  Loaded loaded = load_text(text, kPlace);
  if (loaded.has_errors) return fail(Errc::invalid, messages_of(std::move(loaded.diagnostics)));
  const auto found = std::ranges::find(loaded.set.services, name, &NamedService::name);
  CHECK(found != loaded.set.services.end());
  ServiceSpec spec = std::move(found->spec);
  if (!spec.before.empty()) return fail(Errc::invalid, "before: others cannot wait for a service that no file defines");
  const auto says_when = [](const std::string& l) { return l.starts_with("restart"); };
  if (std::ranges::none_of(lines, says_when)) spec.restart.when = RestartWhen::never;
  return spec;
}

}  // namespace sup
