#include "import/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "config/interpolate.hpp"
#include "config/load.hpp"
#include "import/readers.hpp"
#include "import/source.hpp"
#include "sys/file.hpp"

namespace sup::imports {
namespace {

bool has_in_each(const std::string& directory, std::string_view file) {
  if (is_there(fmt::format("{}/{}", directory, file))) return true;
  return std::ranges::any_of(names_in(directory), [&](const std::string& name) {
    return !name.starts_with('.') && is_there(fmt::format("{}/{}/{}", directory, name, file));
  });
}

std::optional<Format> format_of_content(const std::string& path) {
  const auto text = sys::read_file(path, kMaxSourceBytes);
  if (!text) return std::nullopt;
  for (const Line& line : lines_of(*text)) {
    const std::string_view content = trimmed(line.text);
    if (content.empty() || content.front() == '#' || content.front() == ';') continue;
    if (content.starts_with("[Unit]") || content.starts_with("[Service]") || content.starts_with("[Install]"))
      return Format::systemd;
    for (const std::string_view section :
         {"[supervisord", "[program:", "[include]", "[unix_http_server", "[inet_http_server", "[supervisorctl",
          "[rpcinterface:", "[group:", "[eventlistener:", "[fcgi-program:"})
      if (content.starts_with(section)) return Format::supervisor;
    if (content.starts_with("services:") || content.starts_with("version:")) return Format::compose;
    if (content.find_first_not_of("0123456789*,-/ \t") >= 9 && content.find_first_of("0123456789*") == 0)
      return Format::crontab;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Format> guess_format(const std::string& path) {
  if (is_directory(path)) {
    if (has_in_each(path, "type")) return Format::s6_rc;
    if (has_in_each(path, "run")) return Format::runit;
    return std::nullopt;
  }
  const std::string_view name = base_name(path);
  const std::string_view end = name.substr(std::min(name.rfind('.'), name.size()));
  constexpr std::array<std::string_view, 5> kUnits = {".service", ".target", ".socket", ".timer", ".path"};
  if (std::ranges::count(kUnits, end) > 0) return Format::systemd;
  if (path.find('/') == path.npos && !is_there(path)) return Format::systemd;
  if (name.starts_with("Procfile")) return Format::procfile;
  if (end == ".yml" || end == ".yaml") return Format::compose;
  if (name == "crontab" || path.find("/cron.d/") != path.npos) return Format::crontab;
  return format_of_content(path);
}

namespace {

void read(Format format, const std::vector<std::string>& paths, Sources& sources, Imported& result) {
  switch (format) {
    case Format::supervisor: return import_supervisor(paths, sources, result);
    case Format::systemd: return import_systemd(paths, sources, result);
    case Format::procfile: return import_procfile(paths, sources, result);
    case Format::compose: return import_compose(paths, sources, result);
    case Format::s6_rc: return import_s6_rc(paths, sources, result);
    case Format::runit: return import_runit(paths, sources, result);
    case Format::crontab: return import_crontab(paths, sources, result);
  }
}

// So that what is written can be loaded, whatever the source said; and whichever of it is there on this machine, which
// may be another one than it is for.
void check_result(Imported& result) {
  Imported everywhere = result;
  for (Definition& definition : everywhere.definitions)
    std::erase_if(definition.settings.entries, [](const Entry& entry) { return entry.key == "if"; });
  const Loaded loaded = load_text(whole_text(everywhere), "what came of it");
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.severity == Severity::error)
      result.problem({diagnostic.file, diagnostic.span.line},
                     diagnostic.message + (diagnostic.hint.empty() ? "" : "; " + diagnostic.hint));
}

std::string note_text(const Note& note) {
  const std::string value = note.value.empty() ? "" : "=" + printable(note.value, 60);
  return fmt::format("{}{}: {}", note.option, value, note.text);
}

std::string settings_text(const ValueTable& settings) {
  std::string out;
  for (const Entry& entry : settings.entries)
    out += fmt::format("{} = {}\n", toml_key(entry.key), inline_toml(entry.value));
  return out;
}

}  // namespace

Imported import_files(Format format, const std::vector<std::string>& paths) {
  Imported result;
  Sources sources(result);
  read(format, paths, sources, result);
  if (result.problems.empty() && !result.definitions.empty()) check_result(result);
  return result;
}

std::string file_text(const Imported& result, const Definition& definition) {
  std::string out = fmt::format("# From {}, by ctl import.\n", printable(definition.place.file));
  for (const Note& note : result.notes)
    if (note.service == definition.name && note.fate == Fate::not_mapped)
      out += fmt::format("# Not mapped: {}\n", note_text(note));
  ValueTable settings = definition.settings;
  escape_interpolation(settings);  // A $ of others means itself by now.
  return out + fmt::format("[{}.{}]\n{}", definition.table, toml_key(definition.name), settings_text(settings));
}

std::string supervisord_text(const Imported& result) {
  return result.supervisord.entries.empty() ? "" : "[supervisord]\n" + settings_text(result.supervisord);
}

std::string whole_text(const Imported& result) {
  std::string out = supervisord_text(result);
  for (const Definition& definition : result.definitions) {
    if (!out.empty()) out += "\n";
    out += file_text(result, definition);
  }
  return out;
}

std::size_t count_of(const Imported& result, Fate fate) {
  return static_cast<std::size_t>(std::ranges::count(result.notes, fate, &Note::fate));
}

std::size_t essential_losses(const Imported& result) {
  return static_cast<std::size_t>(std::ranges::count_if(result.notes, [](const Note& note) {
    return note.fate == Fate::not_mapped && note.weight == Weight::essential;
  }));
}

}  // namespace sup::imports
