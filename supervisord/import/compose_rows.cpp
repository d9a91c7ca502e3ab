// The options of a service of docker-compose.yml.
#include <fmt/format.h>

#include <algorithm>

#include "base/signals.hpp"
#include "base/text.hpp"
#include "import/compose_draft.hpp"
#include "import/source.hpp"
#include "import/systemd_text.hpp"
#include "import/words.hpp"

namespace sup::imports {

std::optional<std::vector<std::string>> texts_of(const YamlNode& node) {
  if (node.kind == YamlKind::scalar)
    return node.is_null() ? std::vector<std::string>{} : std::vector<std::string>{node.text};
  if (node.kind == YamlKind::map) return std::nullopt;
  std::vector<std::string> texts;
  for (const YamlNode& element : node.list) {
    if (element.kind != YamlKind::scalar) return std::nullopt;
    texts.push_back(element.text);
  }
  return texts;
}

std::optional<std::vector<std::string>> argv_of(const YamlNode& node) {
  if (node.kind != YamlKind::scalar) return texts_of(node);
  const auto words = shlex_words(node.text);
  return words ? std::optional(*words) : std::nullopt;
}

std::string whole_path(const ComposeDraft& draft, const std::string& path) {
  return path.starts_with('/') ? absolute(path) : absolute(draft.folder + "/" + path);
}

std::optional<std::string> size_of(const YamlNode& node) {
  std::string text = lower(node.text);
  if (text.ends_with('b')) text.pop_back();
  if (!text.empty() && text.back() >= 'a' && text.back() <= 'z')
    text.back() = static_cast<char>(text.back() - 'a' + 'A');
  return systemd_size(text);
}

std::optional<std::string> time_of(const YamlNode* node) {
  if (node == nullptr || node->kind != YamlKind::scalar) return std::nullopt;
  const auto span = time_span(node->text);
  return span ? std::optional(format_duration(*span)) : std::nullopt;
}

namespace {

using Draft = ComposeDraft;

Verdict map_argv(const YamlNode& node, std::optional<std::vector<std::string>>& into) {
  if (node.is_null()) return same("it is empty");
  auto words = argv_of(node);
  if (!words) return lost_essential("these are no words");
  into = *std::move(words);
  return mapped("command");
}

Verdict map_image(Draft& draft, const Option&) {
  draft.has_image = true;
  return lost("the files of the image are not here: its programs have to be on this machine");
}

Verdict map_environment(Draft& draft, const Option& option) {
  const YamlNode& node = draft.value_of(option);
  std::string inherited;
  const auto add = [&](const std::string& name, const std::string* value) {
    if (value != nullptr)
      set(draft.settings, "env." + name, text_value(*value));
    else
      inherited += " " + name;
  };
  for (const auto& [name, value] : node.map) {
    if (!is_variable_name(name) || value.kind != YamlKind::scalar)
      return lost_essential(fmt::format("'{}' is no variable", printable(name, 80)));
    add(name, value.is_null() ? nullptr : &value.text);
  }
  for (const std::string& text : texts_of(node).value_or(std::vector<std::string>{})) {
    const std::size_t mark = text.find('=');
    const std::string name = text.substr(0, mark);
    const std::string value = mark == text.npos ? "" : text.substr(mark + 1);
    if (!is_variable_name(name)) return lost_essential(fmt::format("'{}' is no variable", printable(name, 80)));
    add(name, mark == text.npos ? nullptr : &value);
  }
  return mapped(inherited.empty() ? "env" : "env; from supervisord's environment come:" + inherited);
}

Verdict map_env_file(Draft& draft, const Option& option) {
  const YamlNode& node = draft.value_of(option);
  ValueArray files;
  std::string remark;
  std::vector<YamlNode> elements = node.list;
  if (node.kind == YamlKind::scalar) elements = {node};
  for (const YamlNode& element : elements) {
    const YamlNode* path = element.kind == YamlKind::map ? element.find("path") : &element;
    if (path == nullptr || path->kind != YamlKind::scalar) return lost_essential("this is no file");
    if (const YamlNode* format = element.find("format"))
      remark = fmt::format("; its format '{}' is not kept: see env-file", printable(format->text, 80));
    const YamlNode* required = element.find("required");
    if (required == nullptr || flag_of(required->text).value_or(true)) {
      files.push_back(text_value(whole_path(draft, path->text)));
      continue;
    }
    ValueTable file;
    file.add("path", text_value(whole_path(draft, path->text)));
    file.add("optional", flag_value(true));
    files.push_back({std::move(file), {}});
  }
  set(draft.settings, "env-file", {std::move(files), {}});
  return remark.empty() ? mapped("env-file") : lost("it is mapped to env-file" + remark);
}

struct Dependency {
  std::string service, until = "started";
  bool is_required = true;
};

void add_dependency(Draft& draft, const Dependency& dependency) {
  ValueTable relation;
  relation.add("service", text_value(service_name(dependency.service)));
  relation.add("until", text_value(dependency.until));
  const std::string_view setting = dependency.is_required ? "requires" : "wants";
  ValueArray list;
  if (const Value* there = get(draft.settings, setting)) list = *there->get_if<ValueArray>();
  list.push_back({std::move(relation), {}});
  set(draft.settings, setting, {std::move(list), {}});
}

Verdict map_depends_on(Draft& draft, const Option& option) {
  const YamlNode& node = draft.value_of(option);
  std::vector<Dependency> all;
  for (const std::string& name : texts_of(node).value_or(std::vector<std::string>{})) all.push_back({name});
  std::string remark;
  std::vector<std::string> restarted_with;
  for (const auto& [name, value] : node.map) {
    Dependency dependency{name};
    const YamlNode* condition = value.find("condition");
    const std::string word = condition == nullptr ? "service_started" : condition->text;
    const bool is_healthy = word == "service_healthy";
    if (is_healthy) dependency.until = draft.with_health_check.contains(name) ? "healthy" : "ready";
    if (is_healthy && dependency.until == "ready")
      remark += fmt::format("; {} has no healthcheck, so it waits until it is ready", name);
    if (word == "service_completed_successfully") dependency.until = "completed";
    if (const YamlNode* required = value.find("required"))
      dependency.is_required = flag_of(required->text).value_or(true);
    if (const YamlNode* restart = value.find("restart"); restart != nullptr && flag_of(restart->text).value_or(false))
      restarted_with.push_back(service_name(name));
    all.push_back(dependency);
  }
  if (!restarted_with.empty()) set(draft.settings, "restart-with", words_value(restarted_with));
  for (const Dependency& dependency : all) {
    if (!draft.services.contains(dependency.service))
      return lost_essential(fmt::format("there is no service '{}'", dependency.service));
    add_dependency(draft, dependency);
  }
  return remark.empty() ? mapped("requires") : lost("it is mapped to requires" + remark);
}

Verdict map_health(Draft& draft, const Option& option) {
  const YamlNode& node = draft.value_of(option);
  if (!has_health_check(*draft.node)) return lost("a check that the image brings is not here");
  const YamlNode& test = *node.find("test");
  auto words = texts_of(test).value_or(std::vector<std::string>{});
  if (test.kind == YamlKind::scalar) words = {"CMD-SHELL", test.text};
  if (words.size() < 2) return lost("there is no command");
  const bool is_shell = words.front() == "CMD-SHELL";
  words.erase(words.begin());
  if (is_shell) words = {"/bin/sh", "-c", words.front()};
  set(draft.settings, "health.exec", words_value(words));
  set(draft.settings, "health.interval", text_value(time_of(node.find("interval")).value_or("30s")));
  set(draft.settings, "health.timeout", text_value(time_of(node.find("timeout")).value_or("30s")));
  if (const YamlNode* retries = node.find("retries"))
    set(draft.settings, "health.failures",
        number_value(std::clamp<std::int64_t>(whole_number(retries->text).value_or(3), 1, 1'000)));
  set(draft.settings, "health.start-grace", text_value(time_of(node.find("start_period")).value_or("0s")));
  set(draft.settings, "health.action", text_value("none"));
  if (node.find("start_interval") == nullptr) return mapped("health");
  return lost("it is mapped to health, but start_interval is not: within start-grace it is asked each second");
}

Verdict map_restart(Draft& draft, const Option& option) {
  const std::string& word = draft.value_of(option).text;
  const std::string when = word.substr(0, word.find(':'));
  if (when == "no" || when == "false") {
    set(draft.settings, "restart", text_value("never"));
  } else if (when == "always" || when == "unless-stopped") {
    set(draft.settings, "restart", text_value("always"));
  } else if (when == "on-failure") {
    set(draft.settings, "restart.when", text_value("on-failure"));
    const auto most = when.size() < word.size() ? whole_number(word.substr(when.size() + 1)) : std::nullopt;
    if (most) set(draft.settings, "restart.max", number_value(std::clamp<std::int64_t>(*most, 0, 1'000)));
    if (most) set(draft.settings, "restart.within", text_value("366d"));
  } else {
    return lost("this is no policy");
  }
  return mapped("restart");
}

Verdict map_text(Draft& draft, const Option& option, std::string_view setting) {
  const YamlNode& node = draft.value_of(option);
  if (node.kind != YamlKind::scalar || node.is_null()) return lost("this is no text");
  set(draft.settings, setting, text_value(node.text));
  return mapped(std::string(setting));
}

Verdict map_user(Draft& draft, const Option& option) {
  const std::string& text = draft.value_of(option).text;
  const std::size_t colon = text.find(':');
  set(draft.settings, "user", text_value(text.substr(0, colon)));
  if (colon != text.npos) set(draft.settings, "group", text_value(text.substr(colon + 1)));
  return mapped(colon == text.npos ? "user" : "user, group");
}

Verdict map_signal(Draft& draft, const Option& option) {
  const auto signal = parse_signal(draft.value_of(option).text);
  if (!signal) return lost("this is no signal");
  set(draft.settings, "stop.signal", text_value(signal_name(*signal)));
  return mapped("stop.signal");
}

Verdict map_grace(Draft& draft, const Option& option) {
  const auto time = time_of(&draft.value_of(option));
  if (!time) return lost("this is no time");
  set(draft.settings, "stop.timeout", text_value(*time));
  return mapped("stop.timeout");
}

Verdict map_list(Draft& draft, const Option& option, std::string_view setting) {
  const auto texts = texts_of(draft.value_of(option));
  if (!texts) return lost("this is no list");
  set(draft.settings, setting, words_value(*texts));
  return mapped(std::string(setting));
}

Verdict map_flag(Draft& draft, const Option& option, std::string_view setting) {
  const auto flag = flag_of(draft.value_of(option).text);
  if (!flag) return lost("this is neither true nor false");
  if (*flag) set(draft.settings, setting, flag_value(true));
  return mapped(std::string(setting));
}

Verdict lost_if_on(Draft& draft, const Option& option, std::string_view why) {
  return flag_of(draft.value_of(option).text).value_or(true) ? lost(std::string(why)) : same("it is switched off");
}

Verdict map_security(Draft& draft, const Option& option) {
  std::string left;
  for (const std::string& text : texts_of(draft.value_of(option)).value_or(std::vector<std::string>{})) {
    const std::size_t mark = std::min(text.find_first_of(":="), text.size());
    const bool is_on = mark == text.size() || flag_of(text.substr(mark + 1)).value_or(false);
    if (text.substr(0, mark) != "no-new-privileges")
      left += " " + printable(text, 80);
    else if (is_on)
      set(draft.settings, "no-new-privileges", flag_value(true));
  }
  return left.empty() ? mapped("no-new-privileges") : lost("no profile is loaded for it; see capabilities:" + left);
}

Verdict map_hooks(Draft& draft, const Option& option, std::string_view setting) {
  ValueArray hooks;
  std::string left;
  for (const YamlNode& element : draft.value_of(option).list) {
    const YamlNode* command = element.find("command");
    const auto words = command == nullptr ? std::nullopt : argv_of(*command);
    if (!words || words->empty()) return lost("there is no command");
    ValueTable hook;
    hook.add("command", words_value(*words));
    hooks.push_back({std::move(hook), {}});
    for (const auto& [name, value] : element.map)
      if (name != "command") left += " " + printable(name, 80);
  }
  if (hooks.empty()) return lost("there is no command");
  set(draft.settings, setting, {std::move(hooks), {}});
  if (left.empty()) return mapped(std::string(setting));
  return lost(fmt::format("it is mapped to {}, which runs as the service does; not mapped:{}", setting, left));
}

constexpr std::string_view kNoContainer = "it is no container: it has what the machine has";
constexpr std::string_view kNoNetwork = "it is on the network of the machine, and listens there itself";
constexpr std::string_view kNoVolumes = "it sees the files of the machine, at their own places";

constexpr ComposeRow kRows[] = {
    {"image", map_image},
    {"build", map_image},
    {"command", [](Draft& d, const Option& o) { return map_argv(d.value_of(o), d.command); }},
    {"entrypoint", [](Draft& d, const Option& o) { return map_argv(d.value_of(o), d.entrypoint); }},
    {"environment", map_environment},
    {"env_file", map_env_file},
    {"depends_on", map_depends_on},
    {"healthcheck", map_health},
    {"restart", map_restart},
    {"working_dir", [](Draft& d, const Option& o) { return map_text(d, o, "working-dir"); }},
    {"user", map_user},
    {"group_add", [](Draft& d, const Option& o) { return map_list(d, o, "groups"); }},
    {"stop_signal", map_signal},
    {"stop_grace_period", map_grace},
    {"profiles", [](Draft& d, const Option& o) { return map_list(d, o, "tags"); }},
    {"tty", [](Draft& d, const Option& o) { return map_flag(d, o, "tty"); }},
    {"stdin_open", [](Draft& d, const Option& o) { return lost_if_on(d, o, "it reads nothing; see stdin and tty"); }},
    {"privileged", [](Draft& d, const Option& o) { return lost_if_on(d, o, kNoContainer); }},
    {"read_only", [](Draft& d, const Option& o) { return lost_if_on(d, o, kNoVolumes); }},
    {"use_api_socket",
     [](Draft& d, const Option& o) { return lost_if_on(d, o, "no socket of a container engine is given to it"); }},
    {"attach", nullptr, "its output is captured; see `ctl logs`", Fate::same},
    {"security_opt", map_security},
    {"post_start", [](Draft& d, const Option& o) { return map_hooks(d, o, "post-start"); }},
    {"pre_stop", [](Draft& d, const Option& o) { return map_hooks(d, o, "pre-stop"); }},
    {"init", nullptr, "supervisord reaps what is orphaned", Fate::same},
    {"container_name", nullptr, "a service is called as in services"},
    {"ports", nullptr, kNoNetwork},
    {"expose", nullptr, kNoNetwork},
    {"networks", nullptr, kNoNetwork},
    {"network_mode", nullptr, kNoNetwork},
    {"links", nullptr, kNoNetwork},
    {"external_links", nullptr, kNoNetwork},
    {"extra_hosts", nullptr, kNoNetwork},
    {"dns", nullptr, kNoNetwork},
    {"dns_opt", nullptr, kNoNetwork},
    {"dns_search", nullptr, kNoNetwork},
    {"hostname", nullptr, kNoContainer},
    {"domainname", nullptr, kNoContainer},
    {"mac_address", nullptr, kNoNetwork},
    {"volumes", nullptr, kNoVolumes},
    {"volumes_from", nullptr, kNoVolumes},
    {"tmpfs", nullptr, kNoVolumes},
    {"shm_size", nullptr, kNoVolumes},
    {"storage_opt", nullptr, kNoVolumes},
    {"devices", nullptr, kNoVolumes},
    {"device_cgroup_rules", nullptr, kNoContainer},
    {"gpus", nullptr, kNoContainer},
    {"extends", nullptr, "what another service says is not taken over", Fate::not_mapped, Weight::essential},
    {"models", nullptr, "no model is run for it", Fate::not_mapped, Weight::essential},
    {"provider", nullptr, "nobody provides it", Fate::not_mapped, Weight::essential},
    {"cap_add", nullptr, "see capabilities"},
    {"cap_drop", nullptr, "see capabilities"},
    {"userns_mode", nullptr, kNoContainer},
    {"ipc", nullptr, kNoContainer},
    {"pid", nullptr, kNoContainer},
    {"uts", nullptr, kNoContainer},
    {"cgroup", nullptr, kNoContainer},
    {"cgroup_parent", nullptr, kNoContainer},
    {"isolation", nullptr, kNoContainer},
    {"runtime", nullptr, kNoContainer},
    {"platform", nullptr, kNoContainer},
    {"pull_policy", nullptr, kNoContainer},
    {"credential_spec", nullptr, kNoContainer},
    {"sysctls", nullptr, kNoContainer},
    {"labels", nullptr, "there are no labels; see description and tags"},
    {"label_file", nullptr, "there are no labels; see description and tags"},
    {"annotations", nullptr, "there are no labels; see description and tags"},
};

}  // namespace

std::span<const ComposeRow> compose_rows() {
  static const std::vector<ComposeRow> rows = [] {
    std::vector<ComposeRow> all(std::begin(kRows), std::end(kRows));
    for (const auto part : {compose_resource_rows(), compose_file_rows()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return rows;
}

bool has_health_check(const YamlNode& service) {
  const YamlNode* check = service.find("healthcheck");
  const YamlNode* test = check == nullptr ? nullptr : check->find("test");
  const YamlNode* disable = check == nullptr ? nullptr : check->find("disable");
  if (test == nullptr || (disable != nullptr && flag_of(disable->text).value_or(false))) return false;
  return !(test->kind == YamlKind::list && !test->list.empty() && test->list.front().text == "NONE");
}

}  // namespace sup::imports
