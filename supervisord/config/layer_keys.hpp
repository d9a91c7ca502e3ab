// The keys of a service that decide what it is made of, and whether it is there at all. They are read and done with
// before its settings are decoded, so a ServiceSpec knows nothing of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/codec_types.hpp"
#include "spec/fields.hpp"

namespace sup {

inline constexpr std::size_t kMaxTemplatesOfService = 64;

// One string, or a list of strings.
struct Words {
  std::vector<std::string> list;
  friend bool operator==(const Words&, const Words&) = default;
};

// A template, and what it is to have for its parameters.
struct TemplateUse {
  std::string name;
  Span place;
  std::vector<Entry> arguments;  // Scalars.
  friend bool operator==(const TemplateUse& a, const TemplateUse& b) { return a.name == b.name && a.place == b.place; }
};
struct TemplateUses {
  std::vector<TemplateUse> list;
  friend bool operator==(const TemplateUses&, const TemplateUses&) = default;
};

// What is to be so on this machine. All must hold; of a list, too, but for `host`, of which one must.
struct ConditionSpec {
  Words exists;
  Words not_exists;
  Words env;
  Words not_env;
  Words host;
  Words not_host;
  double fraction = 1;
  friend bool operator==(const ConditionSpec&, const ConditionSpec&) = default;
};

// The keys of a file beside its tables.
struct FileKeys {
  Words include;
};

struct LayerKeys {
  TemplateUses use;
  Words profile;
  ConditionSpec condition;
};

// A parameter of a template.
struct ParameterSpec {
  std::string name;
  bool has_default = false;
  Value fallback;
  Span place;
  friend bool operator==(const ParameterSpec& a, const ParameterSpec& b) { return a.name == b.name; }
};
struct ParameterList {
  std::vector<ParameterSpec> list;
  friend bool operator==(const ParameterList&, const ParameterList&) = default;
};

// The keys of a template beside settings.
struct TemplateKeys {
  ParameterList parameters;
  TemplateUses use;
};

template <>
struct Fields<ConditionSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"exists", &ConditionSpec::exists, OnChange::live, "\"/etc/letsencrypt\"",
            "Paths that are there, absolute. A link that leads nowhere is not.", AbsolutePath{}},
      Field{"not-exists", &ConditionSpec::not_exists, OnChange::live, "\"/etc/maintenance\"",
            "Paths that are not there.", AbsolutePath{}},
      Field{"env", &ConditionSpec::env, OnChange::live, "\"CI=1\"",
            "Variables of supervisord's environment: \"CI\" must be set, be it to nothing; \"CI=1\" must be that."},
      Field{"not-env", &ConditionSpec::not_env, OnChange::live, "\"CI\"",
            "Variables that are not set, or are not that."},
      Field{"host", &ConditionSpec::host, OnChange::live, "[\"db*\", \"spare1\"]",
            "The name of this machine (uname -n), or a pattern with * ? [ ]. Of a list one must match."},
      Field{"not-host", &ConditionSpec::not_host, OnChange::live, "\"db*\"", "None of these is its name."},
      Field{
          "fraction", &ConditionSpec::fraction, OnChange::live, "0.1",
          "On this share of all machines, 0.1 is one in ten. Which these are is drawn from the name of the machine and "
          "that of the service: always the same ones, others for another service, and a larger share has those of a "
          "smaller one in it.",
          Range{0, 1}});
};
static_assert(kEveryMemberHasARow<ConditionSpec>);

template <>
struct Fields<FileKeys> {
  static constexpr auto kRows = std::make_tuple(
      Field{"include", &FileKeys::include, OnChange::live, "[\"sites/*.toml\"]",
            "Files that are part of the configuration, too: paths, relative to the directory of this file, or patterns "
            "with * ? [ ], whose matches follow in the order of their names."});
};
static_assert(kEveryMemberHasARow<FileKeys>);

template <>
struct Fields<LayerKeys> {
  static constexpr auto kRows = std::make_tuple(
      Field{"use", &LayerKeys::use, OnChange::live, "{ template = \"worker\", queue = \"mail\" }",
            "The templates that it is made of, with values for their parameters. Of a list the later ones win."},
      Field{"profile", &LayerKeys::profile, OnChange::live, "[\"dev\", \"test\"]",
            "The service is there only if one of these profiles is chosen: by `supervisord --profile dev`, or by "
            "SUPERVISORD_PROFILE. Without profiles it always is."},
      Field{"if", &LayerKeys::condition, OnChange::live, "{ exists = \"/etc/web.conf\", not-env = \"CI\" }",
            "The service is there only if all of this holds when the files are read: when supervisord starts, and "
            "with `ctl apply`, `ctl check` and whatever else reads them."});
};
static_assert(kEveryMemberHasARow<LayerKeys>);

template <>
struct Fields<TemplateKeys> {
  static constexpr auto kRows = std::make_tuple(
      Field{"parameters", &TemplateKeys::parameters, OnChange::live, "[\"queue\", { name = \"count\", default = 2 }]",
            "The names that `{NAME}` stands for in the strings of this template. Who uses it gives them values, but "
            "for those with a default."},
      Field{"use", &TemplateKeys::use, OnChange::live, "\"base\"",
            "Templates that this one is made of; its own settings win. Values for their parameters may have its own "
            "parameters in them."});
};
static_assert(kEveryMemberHasARow<TemplateKeys>);

template <>
struct Codec<Words> {
  static bool decode(Decoder& decoder, const Value& value, Words& out);
  static Value encode(const Words& words, Detail);
  static bool is_unset(const Words& words) { return words.list.empty(); }
  static TypeDoc type();
};

bool satisfies(Decoder& decoder, const Value& value, const Words& words, AbsolutePath check);

template <>
struct Codec<TemplateUses> {
  static bool decode(Decoder& decoder, const Value& value, TemplateUses& out);
  static Value encode(const TemplateUses& uses, Detail);
  static bool is_unset(const TemplateUses& uses) { return uses.list.empty(); }
  static TypeDoc type();
};

template <>
struct Codec<ParameterList> {
  static bool decode(Decoder& decoder, const Value& value, ParameterList& out);
  static Value encode(const ParameterList& parameters, Detail);
  static bool is_unset(const ParameterList& parameters) { return parameters.list.empty(); }
  static TypeDoc type();
};

// Takes the keys out of a table and reads them; findings go to the decoder.
LayerKeys take_layer_keys(Decoder& decoder, ValueTable& table);
TemplateKeys take_template_keys(Decoder& decoder, ValueTable& table);

}  // namespace sup
