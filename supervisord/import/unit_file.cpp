#include "import/unit_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"

namespace sup::imports {
namespace {

// By rank: what is in an earlier one stands before what is in a later one.
constexpr std::array<std::string_view, 6> kUnitFolders = {
    "/etc/systemd/system.control",   "/etc/systemd/system",     "/run/systemd/system",
    "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"};
constexpr std::array<std::string_view, 9> kSuffixes = {"service", "socket", "target", "timer", "path",
                                                       "mount",   "slice",  "scope",  "device"};

bool is_comment(std::string_view line) { return line.starts_with('#') || line.starts_with(';'); }

// Lines with a backslash at their end go on; comments between them are left out.
class UnitParser {
 public:
  UnitParser(const std::string& file, std::vector<UnitOption>& options, Imported& result)
      : file_(file), options_(options), result_(result) {}

  void parse(std::string_view text) {
    for (const Line& line : lines_of(text)) {
      const std::string_view content = trimmed(line.text);
      if (is_comment(content) || (content.empty() && !goes_on_)) continue;
      if (!goes_on_) begin_ = line.number;
      const bool goes_on = content.ends_with('\\');
      whole_ += goes_on ? content.substr(0, content.size() - 1) : content;
      if (goes_on) whole_ += ' ';
      goes_on_ = goes_on;
      if (!goes_on_) end_line();
    }
    if (goes_on_) end_line();
  }

 private:
  void end_line() {
    const std::string line(trimmed(whole_));
    whole_.clear();
    if (line.empty()) return;
    if (line.front() == '[') {
      if (line.back() != ']') return result_.problem({file_, begin_}, "a ] is missing");
      section_ = line.substr(1, line.size() - 2);
      return;
    }
    const std::size_t mark = line.find('=');
    if (mark == line.npos || mark == 0) return result_.problem({file_, begin_}, "this is not OPTION=VALUE");
    if (section_.empty()) return result_.problem({file_, begin_}, "an option stands before the first [section]");
    const std::string_view name = trimmed(std::string_view(line).substr(0, mark));
    const std::string_view value = trimmed(std::string_view(line).substr(mark + 1));
    options_.push_back({section_, {std::string(name), std::string(value), {file_, begin_}}});
  }

  const std::string& file_;
  std::vector<UnitOption>& options_;
  Imported& result_;
  std::string section_;
  std::string whole_;
  std::uint32_t begin_ = 0;
  bool goes_on_ = false;
};

std::string template_of(const UnitName& name) { return fmt::format("{}@.{}", name.prefix, name.suffix); }

// The drop-ins of a unit in the folders, by name: those of an earlier folder hide those of a later one.
std::vector<std::string> drop_ins(const UnitName& name, const std::vector<std::string>& folders) {
  std::map<std::string, std::string> found;
  std::vector<std::string> units = {name.full};
  if (name.has_at && !name.instance.empty()) units.push_back(template_of(name));
  units.push_back(name.suffix);
  for (const std::string& unit : units)
    for (const std::string& folder : folders)
      for (const std::string& file : names_in(fmt::format("{}/{}.d", folder, unit)))
        if (file.ends_with(".conf")) found.try_emplace(file, fmt::format("{}/{}.d/{}", folder, unit, file));
  std::vector<std::string> files;
  for (const auto& [file, path] : found) files.push_back(path);
  return files;
}

}  // namespace

UnitName unit_name(std::string_view text) {
  UnitName name;
  const std::size_t dot = text.rfind('.');
  const std::string_view end = dot == text.npos ? "" : text.substr(dot + 1);
  const bool has_suffix = std::ranges::count(kSuffixes, end) > 0;
  name.suffix = has_suffix ? end : "service";
  const std::string_view stem = has_suffix ? text.substr(0, dot) : text;
  name.full = fmt::format("{}.{}", stem, name.suffix);
  const std::size_t at = stem.find('@');
  name.has_at = at != stem.npos;
  name.prefix = stem.substr(0, at);
  if (name.has_at) name.instance = stem.substr(at + 1);
  return name;
}

std::vector<Option> Unit::in(std::string_view section) const {
  std::vector<Option> found;
  for (const UnitOption& option : options)
    if (option.section == section) found.push_back(option.option);
  return found;
}

void read_unit_text(std::string_view text, const std::string& file, std::vector<UnitOption>& options,
                    Imported& result) {
  UnitParser(file, options, result).parse(text);
}

std::optional<Unit> read_unit(const std::string& wanted, Sources& sources, Imported& result) {
  const bool is_path = wanted.find('/') != wanted.npos;
  Unit unit{unit_name(base_name(wanted)), {}, {}};
  std::vector<std::string> folders;
  if (is_path)
    folders = {folder_of(wanted)};
  else
    folders.assign(kUnitFolders.begin(), kUnitFolders.end());
  for (const std::string& folder : folders) {
    if (!unit.file.empty()) break;
    const std::string file = folder + "/" + unit.name.full;
    const std::string of_template = folder + "/" + template_of(unit.name);
    if (is_there(file))
      unit.file = file;
    else if (unit.name.has_at && is_there(of_template))
      unit.file = of_template;
  }
  if (unit.file.empty() && is_path && is_there(wanted)) unit.file = wanted;
  if (unit.file.empty()) {
    result.problem({wanted}, is_path ? "there is no such file" : "there is neither a file nor a unit of this name");
    return std::nullopt;
  }
  if (unit.name.is_template()) {
    result.problem({unit.file}, fmt::format("it is a template: name one of its instances, such as {}@1.{}",
                                            unit.name.prefix, unit.name.suffix));
    return std::nullopt;
  }
  const auto text = sources.read(unit.file);
  if (!text) return std::nullopt;
  read_unit_text(*text, unit.file, unit.options, result);
  for (const std::string& file : drop_ins(unit.name, folders))
    if (const auto more = sources.read(file)) read_unit_text(*more, file, unit.options, result);
  if (unit.options.empty()) {
    result.problem({unit.file}, "it is empty, which masks the unit");
    return std::nullopt;
  }
  return unit;
}

}  // namespace sup::imports
