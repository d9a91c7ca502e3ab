#include "ctl/explain_key.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.hpp"
#include "ctl/render_table.hpp"
#include "ctl/verbs.hpp"
#include "ctl/wrap.hpp"
#include "sys/env.hpp"

namespace sup::ctl {
namespace {

constexpr std::string_view kUnnamedSection = "service";  // Whose keys are shown without their section.

std::string without(std::string text, std::string_view part) {
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part)) text.erase(at, part.size());
  return text;
}

// "[service.web] stop.timeout" -> "service.web.stop.timeout".
std::string plain_key(std::string_view word) {
  std::string out;
  for (const char c : without(std::string(word), "[]")) {
    if (c == ']') out += '.';
    if (c != '[' && c != ']' && c != ' ') out += c;
  }
  while (out.ends_with('.')) out.pop_back();
  return out;
}

bool is_part_of(std::string_view key, std::string_view of) {
  return key.size() > of.size() && key.starts_with(of) && key[of.size()] == '.';
}

bool ends_in(std::string_view key, std::string_view end) {
  return key.size() > end.size() && key.ends_with(end) && key[key.size() - end.size() - 1] == '.';
}

// Calls `visit(found, key)` for each setting of the sections, with its key as people write it.
template <class Visit>
void for_each_setting(std::span<const SectionDoc> sections, Visit visit) {
  for (const SectionDoc& section : sections)
    for (const SettingDoc& setting : section.settings) visit(FoundSetting{&section, &setting}, plain_key(setting.key));
}

bool is_of_services(const FoundSetting& found) { return found.section->name == kUnnamedSection; }

// Settings with exactly this key, and what stands in them. Where no service has one by itself, what ends so is meant,
// too.
FoundKey exactly(std::span<const SectionDoc> sections, std::string_view wanted) {
  FoundKey out;
  for_each_setting(sections, [&](FoundSetting found, std::string_view key) {
    if (key == wanted && out.settings.empty())
      out.settings.push_back(found);
    else if (key == wanted && found.section != out.settings.back().section)
      out.settings.push_back(found);
    else if (is_part_of(key, wanted))
      out.others.push_back(found);
  });
  if (out.settings.empty()) out.others.clear();
  if (out.settings.empty() || sections.size() == 1 || std::ranges::any_of(out.settings, is_of_services)) return out;
  for_each_setting(sections, [&](FoundSetting found, std::string_view key) {
    if (ends_in(key, wanted)) out.others.push_back(found);
  });
  return out;
}

// What begins with these letters, or ends in this part. One alone is what was meant.
FoundKey roughly(std::span<const SectionDoc> sections, std::string_view wanted) {
  FoundKey out;
  for_each_setting(sections, [&](FoundSetting found, std::string_view key) {
    if (key.starts_with(wanted) || ends_in(key, wanted)) out.others.push_back(found);
  });
  if (out.others.size() == 1) out.settings.swap(out.others);
  return out;
}

bool is_found(const FoundKey& found) {
  return !found.sections.empty() || !found.settings.empty() || !found.others.empty();
}

// "web.stop.timeout" -> "stop.timeout".
std::string_view behind_first_part(std::string_view key) {
  const std::size_t point = key.find('.');
  return point == key.npos ? std::string_view() : key.substr(point + 1);
}

FoundKey find_in(std::span<const SectionDoc> sections, std::string_view wanted) {
  FoundKey found = exactly(sections, wanted);
  return is_found(found) ? found : roughly(sections, wanted);
}

// With the section in front: "service.stop.timeout", "service.web.stop.timeout", "service.web".
FoundKey find_with_section(std::string_view key) {
  for (const SectionDoc& section : documented_sections()) {
    if (!is_part_of(key, section.name)) continue;
    const std::string_view rest = key.substr(section.name.size() + 1);
    FoundKey found = find_in({&section, 1}, rest);
    if (is_found(found)) return found;
    const bool has_name = section.title.find('.') != section.title.npos;
    if (has_name && rest.find('.') == rest.npos) return {.sections = {&section}, .settings = {}, .others = {}};
    if (has_name) return find_in({&section, 1}, behind_first_part(rest));
  }
  return {};
}

std::string not_found_text(std::string_view word, std::string_view key) {
  std::vector<std::string> known;
  for_each_setting(documented_sections(), [&](FoundSetting found, const std::string& one) {
    known.push_back(one);
    known.emplace_back(found.setting->last_part());
    known.push_back(fmt::format("{}.{}", found.section->name, one));
  });
  for (const SectionDoc& section : documented_sections()) known.emplace_back(section.name);
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  std::string text = fmt::format("there is no setting '{}'", printable(word));
  if (const auto near = nearest(key, candidates)) text += fmt::format("; did you mean '{}'?", *near);
  return text;
}

// "stop.timeout", "supervisord.socket": a key that leads back to it.
std::string full_key(const FoundSetting& found) {
  if (found.section->name == kUnnamedSection) return found.setting->key;
  return fmt::format("{}.{}", found.section->name, found.setting->key);
}

std::string first_sentence(std::string_view text) {
  const std::size_t end = text.find(". ");
  return std::string(text.substr(0, end == text.npos ? end : end + 1));
}

std::string list_of(std::span<const FoundSetting> settings, std::size_t width, Paint paint) {
  std::vector<TableRow> rows;
  for (const FoundSetting& found : settings)
    rows.push_back({{"  " + full_key(found)}, {first_sentence(found.setting->doc), Style::faint}});
  return render_table({}, rows, static_cast<unsigned>(width), paint);
}

// As it stands in a file, below the section's title.
std::string example_of(const SettingDoc& setting) {
  if (setting.key.find("[]") == setting.key.npos) return fmt::format("{} = {}", setting.key, setting.example);
  return fmt::format("{{ {} = {} }}", setting.last_part(), setting.example);
}

constexpr std::size_t kFactColumn = 11;

std::string fact(std::string_view name, std::string_view text, std::size_t width, Paint paint) {
  if (text.empty()) return {};
  return "  " + styled(name, Style::faint, paint) + std::string(kFactColumn - 2 - name.size(), ' ') +
         wrapped(text, kFactColumn, width) + "\n";
}

std::string words_text(const SettingDoc& setting, std::size_t width) {
  std::size_t column = 0;
  for (const SettingWord& word : setting.words) column = std::max(column, word.name.size() + 2);
  std::string out;
  for (const SettingWord& word : setting.words)
    out += fmt::format("{:{}}{:<{}}  {}\n", "", kFactColumn, fmt::format("\"{}\"", word.name), column,
                       wrapped(word.doc, kFactColumn + column + 2, width));
  return out;
}

std::string render_setting(const FoundSetting& found, std::size_t width, Paint paint) {
  const SettingDoc& setting = *found.setting;
  std::string out = fmt::format("{}  {}\n\n  {}\n\n", styled(setting.key, Style::title, paint),
                                styled(fmt::format("in {}", found.section->title), Style::faint, paint),
                                wrapped(setting.doc, 2, width));
  out += fact("type", setting.words.empty() ? setting.type : "one of", width, paint) + words_text(setting, width);
  out += fact("range", setting.range, width, paint);
  if (setting.on_change) out += fact("default", setting.fallback.empty() ? "none" : setting.fallback, width, paint);
  out += fact("example", example_of(setting), width, paint);
  if (setting.on_change)
    out += fact("change", fmt::format("takes effect {}", when_it_takes_effect(*setting.on_change)), width, paint);
  return out + fact("docs", docs_link(setting.anchor) + ", supervisord.toml(5)", width, paint);
}

std::string render_section(const SectionDoc& section, std::size_t width, Paint paint) {
  std::string out = fmt::format("{}\n\n  {}\n\n", styled(section.title, Style::title, paint),
                                wrapped(without(std::string(section.text), "`"), 2, width));
  out += fact("docs", docs_link(section.anchor) + ", supervisord.toml(5)", width, paint) + "\n";
  std::vector<FoundSetting> settings;
  for (const SettingDoc& setting : section.settings)
    if (setting.depth == 0) settings.push_back({&section, &setting});
  return out + list_of(settings, width, paint);
}

std::size_t text_width(const Context& context) {
  const auto columns = context.out.is_terminal() ? sys::terminal_columns(STDOUT_FILENO) : std::nullopt;
  return std::min<std::size_t>(columns.value_or(kTextWidth), kTextWidth);
}

// What a program gets: of a section all of its settings.
void write_json(Context& context, const FoundKey& found) {
  for (const SectionDoc* section : found.sections)
    for (const SettingDoc& setting : section->settings) context.out.write(setting_json(*section, setting) + "\n");
  for (const auto& list : {found.settings, found.others})
    for (const FoundSetting& one : list) context.out.write(setting_json(*one.section, *one.setting) + "\n");
}

void print_key(Context& context, const FoundKey& found) {
  if (context.wants_json()) return write_json(context, found);
  context.out.write(render_found(found, text_width(context), context.out.paint()));
}

void print_all(Context& context) {
  if (!context.wants_json()) return context.out.write(render_sections(context.out.paint()));
  FoundKey all;
  for (const SectionDoc& section : documented_sections()) all.sections.push_back(&section);
  write_json(context, all);
}

}  // namespace

std::expected<FoundKey, std::string> find_key(std::string_view word) {
  const std::string key = plain_key(word);
  FoundKey found = exactly(documented_sections(), key);
  for (const SectionDoc& section : documented_sections())
    if (key == section.name) found.sections.push_back(&section);
  if (!is_found(found)) found = find_with_section(key);
  if (!is_found(found) && !key.empty()) found = roughly(documented_sections(), key);
  if (!is_found(found)) return std::unexpected(not_found_text(word, key));
  return found;
}

std::string render_found(const FoundKey& found, std::size_t width, Paint paint) {
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : "\n") + text; };
  for (const FoundSetting& one : found.settings) add(render_setting(one, width, paint));
  if (!found.others.empty()) add(list_of(found.others, width, paint));
  for (const SectionDoc* section : found.sections) add(render_section(*section, width, paint));
  return out;
}

std::string render_sections(Paint paint) {
  std::vector<TableRow> rows;
  for (const SectionDoc& section : documented_sections())
    rows.push_back({{std::string(section.name)},
                    {std::string(section.title), Style::faint},
                    {counted(section.settings.size(), "setting"), Style::faint}});
  return render_table({}, rows, std::nullopt, paint);
}

std::string all_keys() {
  std::string out;
  for_each_setting(documented_sections(),
                   [&](FoundSetting found, const std::string&) { out += without(full_key(found), "[]") + "\n"; });
  for (const SectionDoc& section : documented_sections()) out += std::string(section.name) + "\n";
  return out;
}

int run_explain_key(Context& context) {
  const auto keys = context.call.arguments.texts("keys");
  if (keys.empty()) print_all(context);
  for (const std::string& key : keys) {
    const auto found = find_key(key);
    if (!found) return report(context, {ExitCode::usage, found.error()});
    if (&key != keys.data() && !context.wants_json()) context.out.write("\n");
    print_key(context, *found);
  }
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
