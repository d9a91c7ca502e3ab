// `ctl explain-key`: what a person asks for by (a part of) a key, and what is said about it.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/setting_docs.hpp"
#include "ctl/output.hpp"

namespace sup::ctl {

struct FoundSetting {
  const SectionDoc* section = nullptr;
  const SettingDoc* setting = nullptr;
};

// What a key names. Sections are named as a whole; a setting with tables in it is followed by what they hold.
struct FoundKey {
  std::vector<const SectionDoc*> sections;
  std::vector<FoundSetting> settings;  // Exactly these.
  std::vector<FoundSetting> others;    // What stands in them, or, where there are none, what the key begins or ends.
};

// As people write keys: with or without the section and a service's name ("service.web.stop.timeout", "[service.web]
// stop.timeout", "stop.timeout"), with or without the [] of lists. The error is a sentence, perhaps with what was
// meant.
[[nodiscard]] std::expected<FoundKey, std::string> find_key(std::string_view key);

// For people. `width`: of the text, which is wrapped.
[[nodiscard]] std::string render_found(const FoundKey& found, std::size_t width, Paint paint);
// The sections and how many settings each has.
[[nodiscard]] std::string render_sections(Paint paint);

// Every key, with its section where that is not [service.NAME], one per line: for completion.
[[nodiscard]] std::string all_keys();

}  // namespace sup::ctl
