// The options of a service of docker-compose.yml about files: secrets, configs, those that are watched, logs.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "import/compose_draft.hpp"
#include "import/credential.hpp"
#include "import/source.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

using Draft = ComposeDraft;

constexpr std::string_view kSecrets = "/run/secrets";

// What secrets and configs of a service name: `source`, and where it would be in the container.
struct Grant {
  std::string source, target;
};

std::optional<std::vector<Grant>> grants_of(const YamlNode& node) {
  std::vector<Grant> grants;
  for (const YamlNode& element : node.list) {
    const YamlNode* source = element.kind == YamlKind::map ? element.find("source") : &element;
    const YamlNode* target = element.find("target");
    if (source == nullptr || source->kind != YamlKind::scalar) return std::nullopt;
    grants.push_back({source->text, target == nullptr ? source->text : target->text});
  }
  return grants;
}

// The file that the top of the file says it is, or why there is none.
struct Origin {
  std::string path, fault;
};

Origin origin_of(const Draft& draft, std::string_view kind, const Grant& grant) {
  const std::string name = printable(grant.source, 80);
  const YamlNode* all = draft.root->find(kind);
  const YamlNode* node = all == nullptr ? nullptr : all->find(grant.source);
  if (node == nullptr) return {{}, fmt::format("{} is not defined in this file", name)};
  if (const YamlNode* file = node->find("file"); file != nullptr && file->kind == YamlKind::scalar)
    return {whole_path(draft, file->text), {}};
  if (node->find("environment") != nullptr) return {{}, fmt::format("{} is a variable, which it has anyway", name)};
  if (node->find("content") != nullptr) return {{}, fmt::format("{} stands in this file: write it into one", name)};
  return {{}, fmt::format("{} is kept by the container engine: write it into a file", name)};
}

// Whether what is written there names the path.
bool mentions(const YamlNode& node, std::string_view path) {
  if (node.text.find(path) != node.text.npos) return true;
  return std::ranges::any_of(node.list, [&](const YamlNode& element) { return mentions(element, path); }) ||
         std::ranges::any_of(node.map, [&](const YamlEntry& entry) { return mentions(entry.value, path); });
}

Verdict map_secrets(Draft& draft, const Option& option) {
  const auto grants = grants_of(draft.value_of(option));
  if (!grants) return lost_essential("these are no secrets");
  std::string faults;
  bool is_elsewhere = false;
  for (const Grant& grant : *grants) {
    Origin origin = origin_of(draft, "secrets", grant);
    if (origin.fault.empty()) origin.fault = add_credential(draft.settings, base_name(grant.target), origin.path);
    if (!origin.fault.empty()) faults += "; " + origin.fault;
    is_elsewhere = is_elsewhere || (grant.target.starts_with('/') && !grant.target.starts_with(kSecrets));
  }
  constexpr std::string_view kWhere = "they are in the directory that CREDENTIALS_DIRECTORY names, not in /run/secrets";
  if (!faults.empty()) return lost_essential(fmt::format("{}{}", kWhere, faults));
  const bool is_named = is_elsewhere || std::ranges::any_of(draft.node->map, [](const YamlEntry& entry) {
                          return entry.key != "secrets" && mentions(entry.value, kSecrets);
                        });
  const std::string text = fmt::format("it is mapped to credentials: {}", kWhere);
  return is_named ? lost_essential(text) : lost(text);
}

// A configuration is no secret: it is read where it is, as what is in volumes is.
Verdict map_configs(Draft& draft, const Option& option) {
  const auto grants = grants_of(draft.value_of(option));
  if (!grants) return lost_essential("these are no configs");
  std::string places;
  for (const Grant& grant : *grants) {
    const Origin origin = origin_of(draft, "configs", grant);
    const std::string target = grant.target.starts_with('/') ? grant.target : "/" + grant.target;
    places += places.empty() ? "" : "; ";
    places += origin.fault.empty() ? fmt::format("{} is {}", printable(target, 200), printable(origin.path, 200))
                                   : origin.fault;
  }
  return lost_essential("no files are put where it looks for them: " + places);
}

// A pattern that counts from a directory, as ours do: without a slash it is for names anywhere below.
std::string watch_pattern(std::string_view pattern) {
  if (pattern.starts_with("./")) pattern.remove_prefix(2);
  while (pattern.starts_with("**/")) pattern.remove_prefix(3);
  if (pattern.ends_with("/**")) pattern.remove_suffix(3);
  while (pattern.size() > 1 && pattern.ends_with('/')) pattern.remove_suffix(1);
  return std::string(pattern);
}

std::vector<std::string> patterns_in(const YamlNode& watch, std::string_view key) {
  const YamlNode* node = watch.find(key);
  const std::vector<std::string> no;
  std::vector<std::string> patterns;
  for (const std::string& text : node == nullptr ? no : texts_of(*node).value_or(no))
    if (!text.empty()) patterns.push_back(watch_pattern(text));
  return patterns;
}

// Why what is done on a change is not done here; empty if it is.
std::string_view watch_fault(std::string_view action) {
  if (action == "restart" || action == "sync+restart") return {};
  if (action == "sync") return "sync (it sees the files of the machine as they are)";
  if (action == "sync+exec") return "sync+exec (no command of its own is run then; see watch.action)";
  if (action == "rebuild") return "rebuild (no image is built)";
  return "an action that is not known";
}

struct Watched {
  std::vector<std::string> paths, include, exclude = {".*", "*~", "node_modules", "__pycache__"};
  std::string left;
  void leave(std::string_view what) {
    if (left.find(what) == left.npos) left += fmt::format("{}{}", left.empty() ? "" : ", ", what);
  }
};

void add_watch(const Draft& draft, const YamlNode& watch, Watched& all) {
  const YamlNode* path = watch.find("path");
  const YamlNode* action = watch.find("action");
  if (path == nullptr || path->kind != YamlKind::scalar || action == nullptr)
    return all.leave("what is no path and action");
  if (const std::string_view fault = watch_fault(action->text); !fault.empty()) return all.leave(fault);
  const std::vector<std::string> include = patterns_in(watch, "include");
  if (!all.paths.empty() && include != all.include)
    return all.leave("a path with an include of its own: there is one for all paths");
  all.include = include;
  all.paths.push_back(whole_path(draft, path->text));
  for (std::string& pattern : patterns_in(watch, "ignore"))
    if (std::ranges::count(all.exclude, pattern) == 0) all.exclude.push_back(std::move(pattern));
}

Verdict map_develop(Draft& draft, const Option& option) {
  Watched all;
  for (const auto& [name, value] : draft.value_of(option).map) {
    if (name != "watch") all.leave(printable(name, 80));
    if (name == "watch")
      for (const YamlNode& watch : value.list) add_watch(draft, watch, all);
  }
  if (all.paths.empty()) return lost("not mapped: " + (all.left.empty() ? "nothing is in it" : all.left));
  set(draft.settings, "watch.paths", words_value(all.paths));
  if (!all.include.empty()) set(draft.settings, "watch.include", words_value(all.include));
  set(draft.settings, "watch.exclude", words_value(all.exclude));
  return all.left.empty() ? mapped("watch") : lost("it is mapped to watch, but not: " + all.left);
}

// What becomes of one option of a log driver; false: nothing.
bool map_log_option(Draft& draft, std::string_view driver, std::string_view name, const YamlNode& node) {
  const std::string& value = node.text;
  const bool is_file = driver == "json-file" || driver == "local";
  constexpr std::int64_t kMostFiles = 10'000;
  const auto number = whole_number(value);
  if (is_file && name == "max-size") {
    const auto size = size_of(node);
    const auto bytes = size ? parse_size(*size) : fail(Errc::invalid, "");
    constexpr std::uint64_t kSmallest = 4096;
    if (!bytes || *bytes < kSmallest) return value == "-1";
    set(draft.settings, "log.rotate.max-size", text_value(*size));
  } else if (is_file && name == "max-file" && number && *number >= 1 && *number <= kMostFiles) {
    set(draft.settings, "log.rotate.keep", number_value(*number - 1));  // The present one counts there.
  } else if (is_file && name == "compress" && flag_of(value)) {
    if (*flag_of(value)) set(draft.settings, "log.rotate.compress", text_value("gzip"));
  } else if (driver == "syslog" && name == "tag" && value.find("{{") == value.npos) {
    set(draft.settings, "log.syslog.tag", text_value(value));
  } else {
    return false;
  }
  return true;
}

Verdict map_logging(Draft& draft, const Option& option) {
  const YamlNode& node = draft.value_of(option);
  const YamlNode* driver_node = node.find("driver");
  const std::string driver = driver_node == nullptr ? "json-file" : driver_node->text;
  constexpr std::pair<std::string_view, std::string_view> kDrivers[] = {
      {"json-file", ""}, {"local", ""}, {"none", "null"}, {"syslog", "syslog"}, {"journald", "journal"}};
  const auto known = std::ranges::find(kDrivers, driver, &std::pair<std::string_view, std::string_view>::first);
  if (known == std::end(kDrivers)) return lost("there is no such destination; see log.to and log.also");
  if (!known->second.empty()) set(draft.settings, "log.to", text_value(known->second));
  std::string left;
  if (const YamlNode* options = node.find("options"))
    for (const auto& [name, value] : options->map)
      if (!map_log_option(draft, driver, name, value)) left += " " + printable(name, 80);
  return left.empty() ? mapped("log") : lost("it is mapped to log; not mapped:" + left);
}

constexpr ComposeRow kRows[] = {
    {"secrets", map_secrets},
    {"configs", map_configs},
    {"develop", map_develop},
    {"logging", map_logging},
};

}  // namespace

std::span<const ComposeRow> compose_file_rows() { return kRows; }

}  // namespace sup::imports
