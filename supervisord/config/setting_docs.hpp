// What there is to say about each setting, from the field rows: the manual and `ctl explain-key` are made of it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spec/fields.hpp"

namespace sup {

// One word that a setting takes, where it takes words.
struct SettingWord {
  std::string_view name;
  std::string_view doc;
};

struct SettingDoc {
  std::string key = {};      // Within its section: "stop.timeout"; of the tables of a list: "requires[].until".
  std::size_t depth = 0;     // How many tables of settings it is in.
  bool is_in_value = false;  // Of a table that is written as (a part of) the value of the setting above it.
  bool is_setting = true;    // Else it says what a service is made of, and no value of it ever is in force.
  std::string_view doc = {};
  std::string type = {};  // "duration", "list of strings".
  std::vector<SettingWord> words = {};
  std::string range = {};                  // "1 to 1000"; empty: any.
  std::string fallback = {};               // What holds where it is not set, as TOML; empty: nothing.
  std::string_view example = {};           // A value, as TOML.
  std::optional<OnChange> on_change = {};  // Nothing: it is a table of settings, or no setting.
  std::string anchor = {};                 // Of its heading in docs/settings.md.

  [[nodiscard]] std::string_view last_part() const;  // "timeout" of "stop.timeout".
};

struct SectionDoc {
  std::string_view name;   // "service"
  std::string_view title;  // "[service.NAME]"; without [ where it is no table.
  std::string_view text;   // What the section is for: whole sentences.
  std::vector<SettingDoc> settings;
  std::string anchor;  // As that of a setting.
};

// All sections in the order of the manual; made at the first call.
[[nodiscard]] std::span<const SectionDoc> documented_sections();

// "at once", "at the next start of the process", "by a restart of the process".
[[nodiscard]] std::string_view when_it_takes_effect(OnChange on_change);

// "live", "next-start", "restart".
[[nodiscard]] std::string_view on_change_word(OnChange on_change);

// One object on one line: section, key, summary, type, words, range, default, example, takes_effect, docs; null where
// there is none.
[[nodiscard]] std::string setting_json(const SectionDoc& section, const SettingDoc& setting);

// Where it is told at length.
[[nodiscard]] std::string docs_link(std::string_view anchor);

}  // namespace sup
