#include "spec/instance_text.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "base/text.hpp"
#include "spec/service_fields.hpp"

namespace sup {
namespace {

constexpr std::string_view kNumber = "{instance}";
constexpr std::string_view kCount = "{instances}";

// The settings in which placeholders are known.
constexpr std::string_view kKeys[] = {"command",     "pid-file", "ready",     "reload",     "health",
                                      "working-dir", "root-dir", "env",       "env-file",   "env-from-file",
                                      "credentials", "stop",     "pre-start", "post-start", "pre-stop",
                                      "post-stop",   "stdin",    "log",       "stderr"};

// ---- every text of a setting ----

template <class T>
inline constexpr bool kIsList = false;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsRare = false;
template <class T>
inline constexpr bool kIsRare<Rare<T>> = true;

template <class T, class Visit>
void each_text(T& value, const Visit& visit) {
  using Value = std::remove_const_t<T>;
  [[maybe_unused]] const auto visit_all = [&](auto& elements) {
    for (auto& element : elements) each_text(element, visit);
  };
  if constexpr (std::is_same_v<Value, std::string>) {
    visit(value);
  } else if constexpr (std::is_same_v<Value, Command>) {
    visit_all(value.argv);
  } else if constexpr (std::is_same_v<Value, Environment>) {
    for (auto& [name, text] : value.variables) visit(text);
  } else if constexpr (std::is_same_v<Value, NamedFiles>) {
    for (auto& [name, path] : value.files) visit(path);
  } else if constexpr (std::is_same_v<Value, StdinSpec>) {
    visit(value.file);
  } else if constexpr (std::is_same_v<Value, StopSpec>) {
    visit_all(value.steps);
  } else if constexpr (std::is_same_v<Value, StderrSpec>) {
    each_text(value.log, visit);
  } else if constexpr (kIsList<Value>) {
    visit_all(value);
  } else if constexpr (kIsRare<Value>) {
    if (!value.is_written()) return;
    if constexpr (std::is_const_v<T>)
      each_text(*value, visit);
    else
      each_text(value.edit(), visit);
  } else if constexpr (SettingTable<Value>) {
    for_each_field<Value>([&](const auto& row) { each_text(value.*row.member, visit); });
  }
}

// Calls visit(key, member) for each setting in which placeholders are known.
template <class Spec, class Visit>
void each_setting(Spec& spec, const Visit& visit) {
  for_each_field<ServiceSpec>([&](const auto& row) {
    if (std::ranges::find(kKeys, row.key) != std::end(kKeys)) visit(row.key, spec.*row.member);
  });
}

// ---- braces ----

// "{letters}" at the beginning of the text, or nothing.
std::string_view braced(std::string_view text) {
  const std::size_t close = text.find('}');
  if (!text.starts_with('{') || close == text.npos) return {};
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const std::string_view word = text.substr(1, close - 1);
  return std::ranges::all_of(word, is_letter) ? text.substr(0, close + 1) : std::string_view{};
}

bool is_placeholder(std::string_view text) { return text == kNumber || text == kCount; }

// What the text begins with: a placeholder, one that is to be taken as it is, or any other byte.
struct Piece {
  std::string_view placeholder;  // Empty: none.
  bool is_literal = false;
  std::size_t size = 1;
};

// At this place of the text. "${instance}" is a variable of a shell.
Piece piece_at(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (!rest.starts_with('{') || (at > 0 && text[at - 1] == '$')) return {};
  if (const std::string_view word = braced(rest); is_placeholder(word)) return {word, false, word.size()};
  const std::string_view inner = braced(rest.substr(1));
  if (is_placeholder(inner) && rest.substr(1 + inner.size()).starts_with('}')) return {inner, true, inner.size() + 2};
  return {};
}

bool has_placeholder(std::string_view text) {
  for (std::size_t at = text.find('{'); at < text.size(); at = text.find('{', at + 1))
    if (!piece_at(text, at).placeholder.empty()) return true;
  return false;
}

// The first that is none but was probably to be one.
std::optional<std::pair<std::string_view, std::string_view>> slip_in(std::string_view text) {
  constexpr std::array kKnown = {kNumber, kCount};
  for (std::size_t at = text.find('{'); at < text.size(); at = text.find('{', at + 1)) {
    const std::string_view word = at > 0 && text[at - 1] == '$' ? std::string_view{} : braced(text.substr(at));
    if (word.empty() || is_placeholder(word)) continue;
    if (const auto near = nearest(word, kKnown)) return std::pair{word, *near};
  }
  return std::nullopt;
}

bool is_for_each(std::string_view path) { return path.find(kNumber) != path.npos; }

}  // namespace

std::string expand(std::string_view text, InstancePlace place) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Piece piece = piece_at(text, at);
    if (piece.placeholder.empty())
      out += text[at];
    else if (piece.is_literal)
      out += piece.placeholder;
    else
      out += std::to_string(piece.placeholder == kNumber ? place.number : place.of);
    at += piece.size;
  }
  return out;
}

bool has_placeholders(const ServiceSpec& spec) {
  bool out = false;
  each_setting(spec, [&](std::string_view, const auto& member) {
    each_text(member, [&](const std::string& text) { out = out || has_placeholder(text); });
  });
  return out;
}

ServiceSpec expanded(ServiceSpec spec, InstancePlace place) {
  each_setting(spec, [&](std::string_view, auto& member) {
    each_text(member, [&](std::string& text) {
      if (has_placeholder(text)) text = expand(text, place);
    });
  });
  return spec;
}

ServiceRef definition_for(const ServiceRef& definition, InstancePlace place) {
  const bool is_alone = place == InstancePlace{} && !definition->spec.instances.is_written();
  if (is_alone && !has_placeholders(definition->spec)) return definition;
  NamedService copy = *definition;
  copy.spec = expanded(std::move(copy.spec), place);
  copy.place = place;
  return std::make_shared<const NamedService>(std::move(copy));
}

std::vector<PlaceholderSlip> placeholder_slips(const ServiceSpec& spec) {
  std::vector<PlaceholderSlip> out;
  each_setting(spec, [&](std::string_view key, const auto& member) {
    std::size_t element = 0;
    const bool is_list = std::is_same_v<std::remove_cvref_t<decltype(member)>, Command>;
    each_text(member, [&](const std::string& text) {
      const std::size_t at = element++;
      const auto slip = slip_in(text);
      if (slip)
        out.push_back({key, is_list ? std::optional(at) : std::nullopt, std::string(slip->first), slip->second});
    });
  });
  return out;
}

std::optional<SharedFile> shared_file(const ServiceSpec& spec) {
  const auto is_shared = [](const std::string& path) {
    return !path.empty() && !is_for_each(path) && (!path.starts_with("/dev/") || path.starts_with("/dev/shm/"));
  };
  if (is_shared(spec.log.path)) return SharedFile{"log.path", spec.log.path};
  if (spec.stderr_.mode == StderrMode::own_log && is_shared(spec.stderr_.log.path))
    return SharedFile{"stderr.path", spec.stderr_.log.path};
  if (is_shared(*spec.pid_file)) return SharedFile{"pid-file", *spec.pid_file};
  return std::nullopt;
}

}  // namespace sup
