#include "config/setting_docs.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "config/codec_types.hpp"
#include "config/layer_keys.hpp"

namespace sup {
namespace {

// One of each kind, since every use of a fresh one would compile its making and its end again.
template <class Spec>
const Spec& unset() {
  static const Spec kSpec{};
  return kSpec;
}

// What is used when the key is not there; empty when nothing is.
template <class Spec, class T, class Check>
std::string default_text(const Field<Spec, T, Check>& row) {
  const T& value = unset<Spec>().*row.member;
  return is_unset(value) ? std::string() : inline_toml(Codec<T>::encode(value, Detail::changed));
}

template <NamedEnum E>
std::vector<SettingWord> words_list() {
  std::vector<SettingWord> out;
  for (const auto& row : kEnumNames<E>)
    if (!row.doc.empty()) out.push_back({row.name, row.doc});
  return out;
}

// The words of the member's enum.
template <class T>
std::vector<SettingWord> words_of() {
  if constexpr (NamedEnum<T>)
    return words_list<T>();
  else
    return {};
}

template <class Spec>
inline constexpr bool kHasSettings = true;
template <>
inline constexpr bool kHasSettings<FileKeys> = false;
template <>
inline constexpr bool kHasSettings<LayerKeys> = false;
template <>
inline constexpr bool kHasSettings<ConditionSpec> = false;
template <>
inline constexpr bool kHasSettings<TemplateKeys> = false;

// Where the settings of a table stand.
struct Place {
  std::string prefix;
  std::size_t depth = 0;
  bool is_in_value = false;
};

void collect_single_step(const std::string& key, std::size_t depth, std::vector<SettingDoc>& out);

template <class Spec, class T, class Check>
SettingDoc doc_of(const Field<Spec, T, Check>& row, const Place& place) {
  SettingDoc out{.key = place.prefix + std::string(row.key), .depth = place.depth, .doc = row.doc};
  out.is_in_value = place.is_in_value;
  out.is_setting = kHasSettings<Spec>;
  out.type = Codec<T>::type().text;
  out.words = words_of<T>();
  out.range = range_text(T{}, row.check);
  out.example = row.example;
  if constexpr (!SettingTable<Plain<T>>) {
    out.fallback = default_text(row);
    if (out.is_setting) out.on_change = row.on_change;
  }
  return out;
}

// The table of settings that a setting is, or is a list of.
template <class T>
struct TableOf {
  using type = T;
};
template <class T>
struct TableOf<std::vector<T>> {
  using type = T;
};
template <>
struct TableOf<StopSpec> {
  using type = StopStep;
};

template <SettingTable Spec>
void collect(const Place& place, std::vector<SettingDoc>& out) {
  for_each_field<Spec>([&]<class T, class Check>(const Field<Spec, T, Check>& row) {
    out.push_back(doc_of(row, place));
    const std::string key = out.back().key;
    using Inner = typename TableOf<Plain<T>>::type;
    if constexpr (std::is_same_v<Plain<T>, StopSpec>) collect_single_step(key, place.depth + 1, out);
    if constexpr (SettingTable<Plain<T>>)
      collect<Inner>({key + ".", place.depth + 1, place.is_in_value}, out);
    else if constexpr (SettingTable<Inner>)
      collect<Inner>({key + "[].", place.depth + 1, true}, out);
  });
}

// One step alone is written as the table `stop` itself; what is its `wait` in a list is its `timeout` there.
void collect_single_step(const std::string& key, std::size_t depth, std::vector<SettingDoc>& out) {
  const std::size_t first = out.size();
  collect<StopStep>({key + ".", depth, true}, out);
  for (SettingDoc& setting : std::span(out).subspan(first))
    if (setting.last_part() == "wait") setting.key = key + ".timeout";
}

template <SettingTable... Specs>
SectionDoc section(std::string_view name, std::string_view title, std::string_view text) {
  SectionDoc out{name, title, text, {}, {}};
  (collect<Specs>({}, out.settings), ...);
  return out;
}

SectionDoc without_key(SectionDoc section, std::string_view key) {
  std::erase_if(section.settings, [key](const SettingDoc& setting) { return setting.key == key; });
  return section;
}

// How the web finds a heading of Markdown: its letters, digits, - and _, and the second of the same name with -1.
std::string anchor_of(std::string_view heading, std::map<std::string, int>& seen) {
  std::string out;
  for (const char c : heading) {
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') out += c;
  }
  const int before = seen[out]++;
  return before == 0 ? out : fmt::format("{}-{}", out, before);
}

std::vector<SectionDoc> with_anchors(std::vector<SectionDoc> sections) {
  std::map<std::string, int> seen;
  for (SectionDoc& one : sections) {
    one.anchor = anchor_of(one.title, seen);
    for (SettingDoc& setting : one.settings) setting.anchor = anchor_of(setting.key, seen);
  }
  return sections;
}

}  // namespace

std::string_view SettingDoc::last_part() const { return std::string_view(key).substr(key.rfind('.') + 1); }

std::span<const SectionDoc> documented_sections() {
  static const std::vector<SectionDoc> kSections = with_anchors(
      {section<ServiceSpec, LayerKeys>(
           "service", "[service.NAME]",
           "One table for each service. A name is made of letters, digits, `_`, `.` and `-`, begins "
           "with a letter or digit, has at most 64 bytes, and is not `all`."),
       without_key(section<ExternalSpec, LayerKeys>(
                       "external", "[external.NAME]",
                       "One table for each thing that services need and that supervisord does not start: a "
                       "server on another machine, a mount. It has a name as services have, is named by their "
                       "`requires`, `binds-to`, `wants` and `after`, and is asked all the time whether it is "
                       "there, by one of tcp, unix, http, exec and file. It has `profile` and `if` as a "
                       "service has."),
                   "use"),
       section<GroupSpec>("group", "[group.NAME]",
                          "A name for several services in commands: `ctl stop NAME` stops them all. It is made as that "
                          "of a service, and no service has it."),
       section<TemplateKeys>(
           "template", "[template.NAME]",
           "Settings of services that say `use = \"NAME\"`. In its strings {PARAMETER} is the value of a parameter, a "
           "string that is nothing else becomes that value, and {service} is the name of the service that uses it; "
           "{{PARAMETER}} is the text itself, and other braces are the programs' own."),
       section<>("defaults", "[defaults]",
                 "Settings for all services, as a service has them. Whatever a template, the definition or a drop-in "
                 "says wins. In its strings {service} is the name of the service. The table may be there once in all "
                 "files."),
       section<FileKeys>("file", "FILE.toml", "Keys at the top of a file, before its tables."),
       section<>("drop-in", "NAME.d/*.toml",
                 "Files beside the one that defines the service (or external thing) NAME, or in a directory of the "
                 "configuration. They change single settings of it: below `[service.NAME]` they say what is to be "
                 "another. They count in the order of their names, and win over the definition. See "
                 "`docs/guide/layers.md`."),
       section<EventHookSpec>("on-event", "[on-event.NAME]",
                              "A command that is told of events: of services that fail, of supervisord's end. It has a "
                              "name as services have, which is only its own."),
       section<DaemonSpec>("supervisord", "[supervisord]",
                           "Settings of supervisord itself. The table may be there once in all files.")});
  return kSections;
}

std::string_view when_it_takes_effect(OnChange on_change) {
  switch (on_change) {
    case OnChange::live: return "at once";
    case OnChange::next_start: return "at the next start of the process";
    case OnChange::restart: return "by a restart of the process";
  }
  check_failed("every OnChange is explained");
}

std::string_view on_change_word(OnChange on_change) {
  switch (on_change) {
    case OnChange::live: return "live";
    case OnChange::next_start: return "next-start";
    case OnChange::restart: return "restart";
  }
  check_failed("every OnChange has a word");
}

std::string setting_json(const SectionDoc& section, const SettingDoc& setting) {
  nlohmann::ordered_json out;
  out["section"] = section.name;
  out["key"] = setting.key;
  out["summary"] = setting.doc;
  out["type"] = setting.type;
  out["words"] = nlohmann::ordered_json::array();
  for (const SettingWord& word : setting.words) out["words"].push_back({{"word", word.name}, {"summary", word.doc}});
  const auto text_or_null = [](std::string_view text) {
    return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
  };
  out["range"] = text_or_null(setting.range);
  out["default"] = text_or_null(setting.fallback);
  out["example"] = setting.example;
  out["takes_effect"] = text_or_null(setting.on_change ? on_change_word(*setting.on_change) : "");
  out["docs"] = docs_link(setting.anchor);
  return out.dump();
}

std::string docs_link(std::string_view anchor) { return fmt::format("docs/settings.md#{}", anchor); }

}  // namespace sup
