// Source definition directories of s6-rc: longruns, oneshots, and bundles, which become targets.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/signals.hpp"
#include "base/text.hpp"
#include "import/directories.hpp"
#include "import/readers.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

// What a row is handed: the files of one definition, and the settings on their way.
struct S6Draft {
  std::string directory;
  std::string type;
  Sources* sources = nullptr;
  std::set<std::string> imported;  // Those that may be named.
  ValueTable settings;
  std::vector<std::string> required;
  std::vector<std::string> at_the_end;  // What runs after each end.
  std::string stop_timeout, end_timeout;
  bool is_consumer = false;
};
using Draft = S6Draft;

std::string path_of(const Draft& draft, const Option& option) { return draft.directory + "/" + option.name; }

// Names, one in a line, or the files of a directory NAME.d.
std::vector<std::string> names_of(const Draft& draft, const Option& option) {
  const std::string path = path_of(draft, option);
  if (is_directory(path)) return names_in(path);
  std::vector<std::string> names;
  if (const auto text = draft.sources->read_if_there(path))
    for (const Line& line : lines_of(*text))
      if (const std::string_view name = trimmed(line.text); !name.empty() && name.front() != '#')
        names.emplace_back(name);
  return names;
}

Verdict map_names(Draft& draft, const Option& option) {
  std::string missing;
  for (const std::string& name : names_of(draft, option)) {
    const std::string ours = service_name(name);
    if (draft.imported.contains(ours)) {
      if (std::ranges::count(draft.required, ours) == 0) draft.required.push_back(ours);
    } else {
      missing += (missing.empty() ? "" : ", ") + name;
    }
  }
  return missing.empty() ? mapped("requires") : lost_essential("not among what is imported: " + missing);
}

// The command line of a oneshot: execline, but nearly always just words.
std::vector<std::string> execline_command(const std::string& text, const std::string& path) {
  std::string line;
  for (const Line& part : lines_of(text))
    if (const std::string_view content = trimmed(part.text); !content.empty() && content.front() != '#')
      line += (line.empty() ? "" : " ") + std::string(content);
  const auto words = split_words(line);
  if (words && !words->empty() && line.find_first_of("{}$\\\"") == line.npos) return *words;
  return {"execlineb", "-P", path};
}

Verdict map_up(Draft& draft, const Option& option) {
  if (draft.type != "oneshot") return lost("only a oneshot has it");
  const auto text = draft.sources->read_if_there(path_of(draft, option));
  if (!text || trimmed(*text).empty()) return lost_essential("it is empty");
  set(draft.settings, "command", words_value(execline_command(*text, path_of(draft, option))));
  return mapped("command");
}

Verdict map_down(Draft& draft, const Option& option) {
  if (draft.type != "oneshot") {
    set(draft.settings, "enabled", flag_value(false));
    return mapped("enabled");
  }
  const auto text = draft.sources->read_if_there(path_of(draft, option));
  if (!text || trimmed(*text).empty()) return same("it is empty");
  return lost_essential("a oneshot that has completed has nothing to stop: its command for that is never run");
}

Verdict map_run(Draft& draft, const Option& option) {
  if (draft.type != "longrun") return lost("only a longrun has it");
  set(draft.settings, "command", words_value({path_of(draft, option)}));
  return is_executable(path_of(draft, option)) ? mapped("command") : lost_essential("it is not executable");
}

Verdict map_finish(Draft& draft, const Option& option) {
  if (!is_executable(path_of(draft, option))) return same("it is not executable: s6 does not run it");
  // s6 gives it the exit code, or 256, and the signal.
  constexpr std::string_view kLine = R"(exec "$0" "${EXIT_CODE:-256}" "${EXIT_SIGNAL:-0}" "$SERVICE")";
  draft.at_the_end = {"/bin/sh", "-c", std::string(kLine), path_of(draft, option)};
  return lost("it is mapped to post-stop; its second argument is the name of a signal, and it has no fourth one");
}

Verdict map_fd(Draft& draft, const Option& option) {
  const auto fd = whole_number(first_line(path_of(draft, option), *draft.sources));
  if (!fd || *fd < 3 || *fd > 1'023) return lost_essential("a service can notify by descriptors from 3 to 1023");
  set(draft.settings, "ready.fd", number_value(*fd));
  return mapped("ready.fd");
}

Verdict map_time(Draft& draft, const Option& option, std::string_view setting) {
  if (setting == "stop.timeout" && draft.type == "oneshot") return lost("what it bounds is never run: see down");
  const std::string time = milliseconds_text(first_line(path_of(draft, option), *draft.sources));
  if (time.empty()) return lost("this is no number");
  if (setting == "stop.timeout")
    draft.stop_timeout = time;
  else if (setting == "post-stop")
    draft.end_timeout = time;
  else
    set(draft.settings, setting, text_value(time));
  return mapped(std::string(setting));
}

Verdict map_signal(Draft& draft, const Option& option) {
  const auto signal = parse_signal(first_line(path_of(draft, option), *draft.sources));
  if (!signal) return lost("this is no signal");
  set(draft.settings, "stop.signal", text_value(signal_name(*signal)));
  return mapped("stop.signal");
}

Verdict map_consumer(Draft& draft, const Option&) {
  draft.is_consumer = true;
  const auto run = draft.sources->read_if_there(draft.directory + "/run");
  if (run && run->find("s6-log") != run->npos)
    return lost("the service is left out: output is captured, and rotated, without s6-log");
  return lost_essential("the service is left out: it reads what another writes, and nothing is piped");
}

constexpr auto kRows = std::array{
    Row<Draft>{"type",
               [](Draft& d, const Option&) {
                 return d.type == "longrun" ? same("simple is what it is without a setting") : mapped("type");
               }},
    Row<Draft>{"run", map_run},
    Row<Draft>{"finish", map_finish},
    Row<Draft>{"up", map_up},
    Row<Draft>{"down", map_down},
    Row<Draft>{"dependencies", map_names},
    Row<Draft>{"dependencies.d", map_names},
    Row<Draft>{"contents", map_names},
    Row<Draft>{"contents.d", map_names},
    Row<Draft>{"notification-fd", map_fd},
    Row<Draft>{"timeout-up", [](Draft& d, const Option& o) { return map_time(d, o, "ready.timeout"); }},
    Row<Draft>{"timeout-down", [](Draft& d, const Option& o) { return map_time(d, o, "stop.timeout"); }},
    Row<Draft>{"timeout-kill", [](Draft& d, const Option& o) { return map_time(d, o, "stop.timeout"); }},
    Row<Draft>{"timeout-finish", [](Draft& d, const Option& o) { return map_time(d, o, "post-stop"); }},
    lost_row<Draft>("max-death-tally", "restarts are counted as restart.max and restart.within say"),
    Row<Draft>{"down-signal", map_signal},
    Row<Draft>{"producer-for",
               [](Draft&, const Option&) { return lost("output is captured; nothing is piped to another service"); }},
    Row<Draft>{"consumer-for", map_consumer},
    lost_row<Draft>("pipeline-name", "there are no pipelines; see [group.NAME]"),
    same_row<Draft>("data", "the script run reads it"),
    same_row<Draft>("env", "the script run reads it"),
    lost_row<Draft>("lock-fd", "what is left of a run is ended before the next one"),
    lost_row<Draft>("nosetsid", "each service is a session of its own"),
    lost_row<Draft>("flag-newpidns", "services have no namespaces of their own"),
    lost_row<Draft>("flag-essential", "every service can be stopped by a command"),
    same_row<Draft>("flag-recommended", "only s6-frontend knows it"),
    lost_row<Draft>("template", "instances are alike, and their number is in {instance}; see instances"),
    lost_row<Draft>("instance", "instances are alike, and their number is in {instance}; see instances"),
    lost_row<Draft>("instances", "instances are alike, and their number is in {instance}; see instances"),
};

// Files of the other types, which s6-rc does not look at. What it does not know is for the rows.
bool is_of_another(std::string_view type, std::string_view file) {
  constexpr std::string_view kBundles[] = {"contents", "contents.d"};
  constexpr std::string_view kBoth[] = {"dependencies", "dependencies.d", "timeout-up", "timeout-down", "down"};
  constexpr std::string_view kOneshots[] = {"up"};
  constexpr std::string_view kAll[] = {"type", "flag-essential", "flag-recommended"};
  const auto has = [&](std::span<const std::string_view> files) { return std::ranges::count(files, file) > 0; };
  const bool is_known = std::ranges::any_of(kRows, [&](const Row<Draft>& row) { return row.name == file; });
  if (!is_known || has(kAll)) return false;
  if (type == "bundle") return !has(kBundles);
  return has(kBundles) || (type == "longrun" ? has(kOneshots) : !has(kBoth) && !has(kOneshots));
}

void set_end(Draft& draft) {
  constexpr std::string_view kUsual = "5s";  // That of s6.
  if (draft.at_the_end.empty()) return;
  ValueTable hook;
  hook.add("command", words_value(draft.at_the_end));
  hook.add("timeout", text_value(draft.end_timeout.empty() ? kUsual : draft.end_timeout));
  set(draft.settings, "post-stop", {ValueArray{{std::move(hook), {}}}, {}});
}

void finish(Draft& draft, std::string_view name, bool has_default) {
  ValueTable& settings = draft.settings;
  if (draft.type == "longrun") {
    set(settings, "working-dir", text_value(draft.directory));
    set(settings, "restart", text_value("always"));
    set(settings, "stop.to", text_value("main"));
    if (!draft.stop_timeout.empty()) set(settings, "stop.timeout", text_value(draft.stop_timeout));
    set_end(draft);
  } else {
    set(settings, "type", text_value(draft.type == "bundle" ? "target" : "oneshot"));
  }
  if (!draft.required.empty()) set(settings, "requires", words_value(draft.required));
  // What is started is what the bundle "default" has, if there is one.
  if (has_default && name != "default") set(settings, "enabled", flag_value(false));
}

void import_one(const std::string& directory, const std::set<std::string>& names, Sources& sources, Imported& result) {
  const std::string name = service_name(base_name(directory));
  Draft draft{.directory = directory,
              .type = first_line(directory + "/type", sources),
              .sources = &sources,
              .imported = names,
              .settings = {},
              .required = {},
              .at_the_end = {},
              .stop_timeout = {},
              .end_timeout = {}};
  if (draft.type != "longrun" && draft.type != "oneshot" && draft.type != "bundle")
    return result.problem({directory + "/type"}, "it is none of longrun, oneshot and bundle");
  std::vector<Option> options;
  for (const std::string& file : names_in(directory))
    if (!file.starts_with('.')) options.push_back(file_option(directory, file));
  std::erase_if(options, [&](const Option& option) {
    if (!is_of_another(draft.type, option.name)) return false;
    result.notes.push_back(
        note_of(name, "", option, same(fmt::format("s6-rc does not look at it: a {} has none", draft.type))));
    return true;
  });
  apply<Draft>(kRows, options, draft, name, "", result.notes);
  if (draft.is_consumer) return;
  finish(draft, name, names.contains("default"));
  if (draft.type != "bundle" && get(draft.settings, "command") == nullptr) {
    const std::string file = draft.type == "longrun" ? "run" : "up";
    return result.notes.push_back(
        note_of(name, "", file_option(directory, file), lost_essential("it is missing: there is nothing to run")));
  }
  result.definitions.push_back({"service", name, {directory}, std::move(draft.settings)});
}

}  // namespace

void import_s6_rc(const std::vector<std::string>& paths, Sources& sources, Imported& result) {
  const std::vector<std::string> directories = service_directories(paths, "type", result);
  std::set<std::string> names;
  for (const std::string& directory : directories) {
    if (is_there(directory + "/consumer-for")) continue;
    if (!names.insert(service_name(base_name(directory))).second)
      result.problem({directory}, fmt::format("two services would be called '{}'", service_name(base_name(directory))));
  }
  for (const std::string& directory : directories) import_one(directory, names, sources, result);
}

}  // namespace sup::imports
