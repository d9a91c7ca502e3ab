#include "import/supervisor_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "import/words.hpp"
#include "sys/env.hpp"

namespace sup::imports {

const Option* SupervisorSection::find(std::string_view option) const {
  const auto found = std::find_if(options.rbegin(), options.rend(), [&](const Option& o) { return o.name == option; });
  return found == options.rend() ? nullptr : &*found;
}

std::string SupervisorSection::title() const {
  return name.empty() ? fmt::format("[{}]", kind) : fmt::format("[{}:{}]", kind, name);
}

namespace {

// A comment behind a value needs a blank before it.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 1; i < line.size(); ++i)
    if ((line[i] == ';' || line[i] == '#') && (line[i - 1] == ' ' || line[i - 1] == '\t')) return line.substr(0, i);
  return line;
}

class SupervisorParser {
 public:
  SupervisorParser(const std::string& file, Imported& result) : file_(file), result_(result) {}

  std::vector<SupervisorSection> parse(std::string_view text) {
    for (const Line& line : lines_of(text)) {
      const std::string_view content = trimmed(line.text);
      if (content.empty() || content.front() == ';' || content.front() == '#') continue;
      const bool is_indented = line.text.front() == ' ' || line.text.front() == '\t';
      if (is_indented && goes_on_)
        go_on(content);
      else if (content.front() == '[')
        begin_section(line.number, content);
      else
        add_option(line.number, content);
    }
    return std::move(sections_);
  }

 private:
  void go_on(std::string_view content) {
    std::string& value = sections_.back().options.back().value;
    value += '\n';
    value += trimmed(without_comment(content));
  }

  void begin_section(std::uint32_t number, std::string_view content) {
    goes_on_ = false;
    const std::size_t end = content.find(']');
    if (end == content.npos) return result_.problem({file_, number}, "a ] is missing");
    const std::string_view title = content.substr(1, end - 1);
    const std::size_t colon = std::min(title.find(':'), title.size());
    SupervisorSection section{std::string(title.substr(0, colon)), {}, {file_, number}, {}};
    if (colon < title.size()) section.name = trimmed(title.substr(colon + 1));
    sections_.push_back(std::move(section));
  }

  void add_option(std::uint32_t number, std::string_view content) {
    goes_on_ = false;
    if (sections_.empty()) return result_.problem({file_, number}, "an option stands before the first [section]");
    const std::size_t mark = content.find_first_of("=:");
    if (mark == content.npos || mark == 0) return result_.problem({file_, number}, "this is not OPTION=VALUE");
    const std::string_view value = trimmed(without_comment(content.substr(mark)).substr(1));
    sections_.back().options.push_back({lower(trimmed(content.substr(0, mark))), std::string(value), {file_, number}});
    goes_on_ = true;
  }

  const std::string& file_;
  Imported& result_;
  std::vector<SupervisorSection> sections_;
  bool goes_on_ = false;  // An indented line belongs to the option before.
};

void merge(std::vector<SupervisorSection>& all, std::vector<SupervisorSection> more) {
  for (SupervisorSection& section : more) {
    const auto known = std::ranges::find_if(
        all, [&](const SupervisorSection& s) { return s.kind == section.kind && s.name == section.name; });
    if (known == all.end())
      all.push_back(std::move(section));
    else
      known->options.insert(known->options.end(), section.options.begin(), section.options.end());
  }
}

}  // namespace

std::vector<SupervisorSection> read_supervisor_text(std::string_view text, const std::string& file, Imported& result) {
  std::vector<SupervisorSection> sections;
  merge(sections, SupervisorParser(file, result).parse(text));
  return sections;
}

std::vector<SupervisorSection> read_supervisor_file(const std::string& path, Sources& sources, Imported& result) {
  const auto text = sources.read(path);
  if (!text) return {};
  std::vector<SupervisorSection> all = read_supervisor_text(*text, path, result);
  const auto include = std::ranges::find(all, "include", &SupervisorSection::kind);
  if (include == all.end()) return all;
  for (const Option& option : include->options)
    if (option.name != "files")
      result.notes.push_back(note_of("", "[include] ", option, lost("this option is not known")));
  const Option* files = include->find("files");
  if (files == nullptr) {
    result.problem(include->place, "[include] has no files");
    return all;
  }
  // supervisor does not follow an [include] of an included file, so nothing can loop.
  const Option option = *files;
  std::size_t found = 0;
  for (const std::string& word : blank_separated(option.value)) {
    const Expanded pattern = expand_supervisor(word, {{"here", absolute(folder_of(path))}});
    if (!pattern.fault.empty()) result.problem(option.place, "files: " + pattern.fault);
    const bool is_whole = pattern.text.starts_with('/');
    for (const std::string& file : files_like(is_whole ? pattern.text : folder_of(path) + "/" + pattern.text)) {
      const auto more = sources.read(file);
      if (!more) continue;
      ++found;
      auto sections = read_supervisor_text(*more, file, result);
      for (const SupervisorSection& section : sections)
        if (section.kind == "include")
          result.notes.push_back(note_of("", "", {"[include]", "", section.place},
                                         same("supervisor ignores it, too: it stands in an included file")));
      std::erase_if(sections, [](const SupervisorSection& s) { return s.kind == "include"; });
      merge(all, std::move(sections));
    }
  }
  result.notes.push_back(note_of("", "[include] ", option, same("read: " + counted(found, "file"))));
  return all;
}

namespace {

// One %(NAME)02d behind its percent sign; `at` is behind it then. False: it is none.
bool expand_one(std::string_view text, std::size_t& at, const Expansions& known, Expanded& out) {
  const std::size_t close = text.find(')', at);
  if (text[at] != '(' || close == text.npos) return false;
  const std::string name(text.substr(at + 1, close - at - 1));
  std::size_t end = close + 1;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  if (end == text.size() || (text[end] != 's' && text[end] != 'd' && text[end] != 'i')) return false;
  const std::string_view width_text = text.substr(close + 1, end - close - 1);
  const auto width = static_cast<std::size_t>(std::clamp<std::int64_t>(whole_number(width_text).value_or(0), 0, 64));
  std::optional<std::string> value;
  for (const auto& [key, text_of_it] : known)
    if (key == name) value = text_of_it;
  constexpr std::string_view kVariable = "ENV_";
  if (!value && name.starts_with(kVariable)) {
    if (auto variable = sys::environment_variable(name.substr(kVariable.size()))) value = *std::move(variable);
    if (value) out.variables.push_back(name.substr(kVariable.size()));
  }
  at = end + 1;
  if (!value) {
    out.fault = fmt::format("%({}) stands for nothing here", printable(name, 80));
    return true;
  }
  const char fill = width_text.starts_with('0') && text[end] != 's' ? '0' : ' ';
  if (value->size() < width) out.text.append(width - value->size(), fill);
  out.text += *value;
  return true;
}

}  // namespace

Expanded expand_supervisor(std::string_view text, const Expansions& known) {
  Expanded out;
  for (std::size_t at = 0; at < text.size();) {
    if (out.text.size() > kMaxSourceBytes) {
      out.fault = "it grows too long";
      break;
    }
    if (text[at] != '%') {
      out.text += text[at++];
    } else if (at + 1 < text.size() && text[at + 1] == '%') {
      out.text += '%';
      at += 2;
    } else if (++at == text.size() || !expand_one(text, at, known, out)) {
      out.fault = "a % that is neither %% nor %(NAME)s";
      break;
    }
  }
  return out;
}

}  // namespace sup::imports
