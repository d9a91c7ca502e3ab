// A crontab. Nothing is started by a clock here, so each of its lines is told; only @reboot is a service.
#include <fmt/format.h>

#include "base/text.hpp"
#include "import/option.hpp"
#include "import/readers.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

// In /etc/crontab and /etc/cron.d each line names its user.
bool names_user(const std::string& path) {
  return absolute(path) == "/etc/crontab" || path.find("/cron.d/") != path.npos;
}

// Takes `count` words off the front of `rest`.
std::vector<std::string> take_words(std::string_view& rest, std::size_t count) {
  std::vector<std::string> words;
  for (; words.size() < count && !rest.empty(); rest = trimmed(rest)) {
    const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
    words.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return words;
}

// The command up to a %, behind which stands what it reads; \% is a percent sign.
struct JobLine {
  std::string command;
  bool has_input = false;
};

JobLine job_line(std::string_view text) {
  JobLine line;
  for (std::size_t i = 0; i < text.size() && !line.has_input; ++i) {
    if (text.substr(i).starts_with("\\%"))
      line.command += text[++i];
    else if (text[i] == '%')
      line.has_input = true;
    else
      line.command += text[i];
  }
  return line;
}

class CrontabReader {
 public:
  CrontabReader(const std::string& path, Imported& result) : path_(path), result_(result) {}

  void read(std::string_view text) {
    for (const Line& line : lines_of(text)) {
      const std::string_view content = trimmed(line.text);
      if (content.empty() || content.front() == '#') continue;
      const Place place{path_, line.number};
      const std::size_t mark = content.find('=');
      const std::string_view name = trimmed(content.substr(0, mark));
      if (mark != content.npos && is_variable_name(name))
        add_variable(std::string(name), trimmed(content.substr(mark + 1)), place);
      else
        add_job(content, place);
    }
  }

 private:
  void add_variable(const std::string& name, std::string_view value, const Place& place) {
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    const Option option{name, std::string(value), place};
    if (name == "MAILTO" || name == "MAILFROM")
      return result_.notes.push_back(note_of("", "", option, lost("output is logged, not mailed")));
    if (name == "CRON_TZ" || name == "RANDOM_DELAY" || name == "START_HOURS_RANGE")
      return result_.notes.push_back(note_of("", "", option, lost("nothing is started by a clock")));
    if (name == "SHELL") shell_ = value;
    set(env_, name, text_value(value));
    result_.notes.push_back(note_of("", "", option, mapped("env of each service")));
  }

  void add_job(std::string_view content, const Place& place) {
    std::string_view rest = content;
    const std::size_t fields = content.front() == '@' ? 1 : 5;
    const std::vector<std::string> when = take_words(rest, fields);
    const std::vector<std::string> user = take_words(rest, names_user(path_) ? 1 : 0);
    if (when.size() < fields || rest.empty())
      return result_.problem(place, "this is neither NAME=VALUE nor a time and a command");
    const Option option{fmt::format("{}", fmt::join(when, " ")), std::string(rest), place};
    if (when.front() != "@reboot")
      return result_.notes.push_back(
          note_of("", "", option, lost_essential("nothing is started by a clock; leave it to cron")));
    add_service(option, user.empty() ? "" : user.front(), rest);
  }

  // What is to run once when the machine is up is a oneshot.
  void add_service(const Option& option, const std::string& user, std::string_view command) {
    Definition definition{"service", fmt::format("reboot-{}", option.place.line), option.place, {}};
    for (int more = 2; result_.find("service", definition.name) != nullptr; ++more)
      definition.name = fmt::format("reboot-{}-{}", option.place.line, more);
    const JobLine line = job_line(command);
    set(definition.settings, "command", words_value({shell_, "-c", line.command}));
    set(definition.settings, "type", text_value("oneshot"));
    if (!user.empty()) set(definition.settings, "user", text_value(user));
    if (!env_.entries.empty()) set(definition.settings, "env", {env_, {}});
    result_.notes.push_back(note_of(
        definition.name, "", option,
        line.has_input ? lost_essential("what stands behind the % is its input: write that into a file, see stdin")
                       : mapped("a oneshot that is started with supervisord")));
    result_.definitions.push_back(std::move(definition));
  }

  const std::string& path_;
  Imported& result_;
  ValueTable env_;
  std::string shell_ = "/bin/sh";
};

}  // namespace

void import_crontab(const std::vector<std::string>& paths, Sources& sources, Imported& result) {
  for (const std::string& path : paths)
    if (const auto text = sources.read(path)) CrontabReader(path, result).read(*text);
}

}  // namespace sup::imports
