#include "config/masking.hpp"

#include <algorithm>

namespace sup {
namespace {

void mask_value(Value& value, std::span<const std::string> secrets) {
  if (auto* text = std::get_if<std::string>(&value.data)) *text = without_secrets(std::move(*text), secrets);
  if (auto* array = std::get_if<ValueArray>(&value.data))
    for (Value& element : *array) mask_value(element, secrets);
  if (auto* table = std::get_if<ValueTable>(&value.data)) mask_secrets(*table, secrets);
}

// In TOML, as it is written there.
std::string without_written(std::string text, std::span<const std::string> secrets) {
  for (const std::string& secret : secrets) {
    const std::string written = inline_toml({secret, {}});
    if (text == written) return inline_toml({std::string(kMasked), {}});
    if (secret.size() < kMinSearched) continue;
    const std::string_view inner = std::string_view(written).substr(1, written.size() - 2);
    for (std::size_t at = text.find(inner); at != text.npos; at = text.find(inner, at + kMasked.size()))
      text.replace(at, inner.size(), kMasked);
  }
  return text;
}

}  // namespace

void sort_secrets(std::vector<std::string>& secrets) {
  std::ranges::sort(secrets, [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  secrets.erase(std::ranges::unique(secrets).begin(), secrets.end());
}

std::string without_secrets(std::string text, std::span<const std::string> secrets) {
  for (const std::string& secret : secrets) {
    if (text == secret) return std::string(kMasked);
    if (secret.size() < kMinSearched) continue;
    for (std::size_t at = text.find(secret); at != text.npos; at = text.find(secret, at + kMasked.size()))
      text.replace(at, secret.size(), kMasked);
  }
  return text;
}

void mask_secrets(ValueTable& table, std::span<const std::string> secrets) {
  if (secrets.empty()) return;
  for (Entry& entry : table.entries) mask_value(entry.value, secrets);
}

void mask_secrets(std::vector<SettingChange>& changes, std::span<const std::string> secrets) {
  if (secrets.empty()) return;
  for (SettingChange& change : changes) {
    change.old_value = without_written(std::move(change.old_value), secrets);
    change.new_value = without_written(std::move(change.new_value), secrets);
  }
}

}  // namespace sup
