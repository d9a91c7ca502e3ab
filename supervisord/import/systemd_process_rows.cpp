// [Service] of systemd: what its processes are: user, environment, limits, output.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "config/env_file.hpp"
#include "import/credential.hpp"
#include "import/source.hpp"
#include "import/systemd_draft.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

using Draft = SystemdDraft;

Verdict map_text(Draft& draft, const Option& option, std::string_view setting) {
  const auto text = expand_specifiers(option.value, draft.unit);
  if (!text) return lost_essential(text.error().what);
  if (text->empty()) return same("it is empty");
  set(draft.settings, setting, text_value(*text));
  return mapped(std::string(setting));
}

Verdict map_number(Draft& draft, const Option& option, std::string_view setting, std::int64_t least,
                   std::int64_t most) {
  const auto number = whole_number(option.value);
  if (!number || *number < least || *number > most)
    return lost(fmt::format("this is no number from {} to {}", least, most));
  set(draft.settings, setting, number_value(*number));
  return mapped(std::string(setting));
}

Verdict map_working_dir(Draft& draft, const Option& option) {
  std::string_view path = option.value;
  if (path.starts_with('-')) path.remove_prefix(1);
  if (path == "~") return lost_essential("a home directory is not expanded; write the whole path");
  return map_text(draft, {option.name, std::string(path), option.place}, "working-dir");
}

constexpr std::string_view kAllPrivileged = "each of its commands is marked to run as root";

Verdict map_account(Draft& draft, const Option& option, std::string_view setting) {
  return draft.is_all_privileged ? same(std::string(kAllPrivileged)) : map_text(draft, option, setting);
}

Verdict map_groups(Draft& draft, const Option& option) {
  if (draft.is_all_privileged) return same(std::string(kAllPrivileged));
  for (const std::string& group : blank_separated(option.value)) draft.groups.push_back(group);
  return mapped("groups");
}

Verdict map_umask(Draft& draft, const Option& option) {
  const auto mask = octal_number(option.value);
  if (!mask || *mask < 0 || *mask > 0777) return lost_essential("this is no umask");
  set(draft.settings, "umask", text_value(fmt::format("{:03o}", *mask)));
  return mapped("umask");
}

Verdict map_environment(Draft& draft, const Option& option) {
  const auto words = systemd_words(option.value);
  if (!words) return lost_essential(words.error().what);
  for (const std::string& word : *words) {
    const auto text = expand_specifiers(word, draft.unit);
    if (!text) return lost_essential(text.error().what);
    const std::size_t mark = std::min(text->find('='), text->size());
    const std::string name = text->substr(0, mark);
    if (mark == text->size() || !is_variable_name(name))
      return lost(fmt::format("'{}' is not KEY=VALUE", printable(word, 80)));
    draft.env.entries.erase(std::remove_if(draft.env.entries.begin(), draft.env.entries.end(),
                                           [&](const Entry& e) { return e.key == name; }),
                            draft.env.entries.end());
    draft.env.add(name, text_value(text->substr(mark + 1)));
  }
  return mapped("env");
}

Verdict map_env_file(Draft& draft, const Option& option) {
  std::string_view path = option.value;
  const bool is_optional = path.starts_with('-');
  if (is_optional) path.remove_prefix(1);
  const auto whole = expand_specifiers(path, draft.unit);
  if (!whole) return lost_essential(whole.error().what);
  if (is_glob(*whole)) return lost_essential("a pattern for files; name each of them in env-file");
  if (const auto content = read_env_file(*whole); !content && content.error().code == Errc::invalid)
    return lost_essential(fmt::format("the file has what env-file does not understand: {}", content.error().what));
  ValueTable file;
  file.add("path", text_value(*whole));
  if (is_optional) file.add("optional", flag_value(true));
  draft.env_files.push_back(is_optional ? Value{std::move(file), {}} : text_value(*whole));
  return mapped("env-file");
}

// "4096", "1G", "1:2", "infinity": what a limit counts decides how it is read.
enum class Counts : std::uint8_t { number, bytes, seconds, microseconds };

std::optional<std::string> limit_part(std::string_view text, Counts counts) {
  if (text == "infinity") return "unlimited";
  switch (counts) {
    case Counts::number: {
      const auto number = whole_number(text);
      return number && *number >= 0 ? std::optional(fmt::format("{}", *number)) : std::nullopt;
    }
    case Counts::bytes: return systemd_size(text);
    case Counts::seconds:
    case Counts::microseconds: break;
  }
  const auto plain = whole_number(text);
  const auto span = plain && counts == Counts::microseconds ? std::optional<Duration>(std::chrono::microseconds{*plain})
                                                            : time_span(text);
  return span ? std::optional(format_duration(*span)) : std::nullopt;
}

template <Counts counts>
Verdict map_limit(Draft& draft, const Option& option) {
  const std::string setting = "limits." + lower(option.name.substr(std::string_view("Limit").size()));
  const std::size_t colon = option.value.find(':');
  const auto soft = limit_part(std::string_view(option.value).substr(0, colon), counts);
  const auto hard =
      colon == std::string::npos ? soft : limit_part(std::string_view(option.value).substr(colon + 1), counts);
  if (!soft || !hard) return lost("this is no limit");
  const auto number = whole_number(*soft);
  if (colon != std::string::npos)
    set(draft.settings, setting, text_value(fmt::format("{}:{}", *soft, *hard)));
  else if (number && counts == Counts::number)
    set(draft.settings, setting, number_value(*number));
  else
    set(draft.settings, setting, text_value(*soft));
  return mapped(setting);
}

Verdict map_size(Draft& draft, const Option& option, std::string_view setting) {
  const auto size = systemd_size(option.value);
  if (!size) return lost("this is no size");
  set(draft.settings, setting, text_value(*size));
  return mapped(std::string(setting));
}

Verdict map_tasks(Draft& draft, const Option& option) {
  if (option.value == "infinity") {
    set(draft.settings, "resources.pids-max", text_value("unlimited"));
    return mapped("resources.pids-max");
  }
  if (option.value.ends_with('%')) return lost("a part of what the kernel has; write a number");
  return map_number(draft, option, "resources.pids-max", 1, 4'194'304);
}

Verdict map_cpus(Draft& draft, const Option& option, std::string_view setting) {
  std::string list = option.value;
  std::ranges::replace(list, ' ', ',');
  if (list.find_first_not_of("0123456789,-") != list.npos) return lost("this is no list of CPUs");
  set(draft.settings, setting, text_value(list));
  return mapped(std::string(setting));
}

Verdict map_flag(Draft& draft, const Option& option, std::string_view setting) {
  const auto flag = flag_of(option.value);
  if (!flag) return lost("this is neither yes nor no");
  if (*flag) set(draft.settings, setting, flag_value(true));
  return mapped(std::string(setting));
}

// CAP_NET_BIND_SERVICE -> net-bind-service. Nothing for "all but these".
std::optional<std::vector<std::string>> capabilities(std::string_view text) {
  if (text.starts_with('~')) return std::nullopt;
  std::vector<std::string> names;
  for (const std::string& word : blank_separated(text)) {
    std::string name = lower(word);
    if (name.starts_with("cap_")) name.erase(0, 4);
    std::ranges::replace(name, '_', '-');
    names.push_back(name);
  }
  return names;
}

Verdict map_capabilities(const Option& option, std::optional<std::vector<std::string>>& into, Weight weight) {
  const auto names = capabilities(option.value);
  if (!names)
    return {Fate::not_mapped, weight, "a list of what it may not have; name what it may have in capabilities"};
  if (!into || names->empty()) into.emplace();
  into->insert(into->end(), names->begin(), names->end());
  return mapped("capabilities");
}

// What a user other than root may have does not follow from the bounding set, which is only a bound.
Verdict map_bounding(Draft& draft, const Option& option) {
  const bool gives_nothing = option.value.empty();
  if (draft.has_user && !gives_nothing && !option.value.starts_with('~'))
    return lost("for a user other than root capabilities would give it these, not bound them");
  return map_capabilities(option, draft.bounding, Weight::minor);
}

Verdict map_ambient(Draft& draft, const Option& option) {
  if (!draft.has_user) return same("root has them without a setting");
  return map_capabilities(option, draft.ambient, Weight::essential);
}

Verdict map_output(Draft& draft, const Option& option, std::string_view setting) {
  const std::string& value = option.value;
  const std::string_view kinds[] = {"file:", "append:", "truncate:"};
  for (const std::string_view kind : kinds) {
    if (!value.starts_with(kind)) continue;
    set(draft.settings, fmt::format("{}.to", setting), text_value("file"));
    return map_text(draft, {option.name, value.substr(kind.size()), option.place}, fmt::format("{}.path", setting));
  }
  if (value == "null") {
    set(draft.settings, fmt::format("{}.to", setting), text_value("null"));
    return mapped(fmt::format("{}.to", setting));
  }
  if (value == "inherit" || value == "journal" || value == "syslog") return same("output is captured; see `ctl logs`");
  if (value == "tty" || value == "socket" || value.starts_with("fd:"))
    return lost_essential("output is captured, and goes nowhere else");
  return lost("output is captured; see `ctl logs`");
}

Verdict map_input(Draft& draft, const Option& option) {
  if (option.value == "null") return same("it reads nothing");
  if (option.value.starts_with("file:"))
    return map_text(draft, {option.name, option.value.substr(5), option.place}, "stdin.file");
  return lost_essential("it reads nothing; see stdin and tty");
}

Verdict map_word(const Option& option, std::string& into, std::string_view setting) {
  into = option.value;
  return mapped(std::string(setting));
}

Verdict map_folder(Draft& draft, const Option& option) {
  std::string left_out;
  for (const std::string& word : blank_separated(option.value)) {
    const auto path = expand_specifiers(word, draft.unit);
    const bool is_good =
        path && path->find(':') == path->npos && !path->starts_with('/') && path->find("..") == path->npos;
    if (is_good)
      draft.folders[option.name].paths.push_back(*path);
    else
      left_out += " " + word;
  }
  if (!left_out.empty()) return lost_essential("these are not made:" + left_out);
  return mapped("a command that makes it before the start");
}

template <std::size_t suffix_length>
Verdict map_folder_mode(Draft& draft, const Option& option) {
  const auto mode = octal_number(option.value);
  if (!mode) return lost("this is no mode");
  draft.folders[option.name.substr(0, option.name.size() - suffix_length)].mode = option.value;
  return mapped("the mode of what is made before the start");
}
constexpr std::size_t kMode = 4;  // Of "Mode".

Verdict map_keyring(Draft& draft, const Option& option) {
  if (option.value != "private" && option.value != "inherit") return lost("see keyring");
  set(draft.settings, "keyring", text_value(option.value));
  return mapped("keyring");
}

// "db:/run/secrets/db". Without a path, or with the name of another credential, systemd looks in its own store.
Verdict map_credential(Draft& draft, const Option& option) {
  const auto text = expand_specifiers(option.value, draft.unit);
  if (!text) return lost_essential(text.error().what);
  const std::size_t colon = text->find(':');
  const std::string path = colon == text->npos ? "" : text->substr(colon + 1);
  if (!path.starts_with('/')) return lost_essential("nothing is looked up in a store; name the file in credentials");
  if (draft.has_root_dir) return lost_essential("with root-dir the service would not see its credentials");
  const std::string fault = add_credential(draft.settings, text->substr(0, colon), path);
  return fault.empty() ? mapped("credentials") : lost_essential(fault);
}

// "x86" and its like are machines with 32 bits.
Verdict map_personality(Draft& draft, const Option& option) {
  constexpr std::string_view kShort[] = {"x86", "arm", "ppc", "ppc-le", "s390", "mips", "mips-le", "parisc"};
  if (std::ranges::count(kShort, option.value) == 0) return same("the machine itself says so");
  set(draft.settings, "personality", words_value({"linux32"}));
  return mapped("personality");
}

Verdict map_sigpipe(Draft&, const Option& option) {
  const bool is_on = flag_of(option.value).value_or(true);
  return is_on ? lost("PIPE is not ignored: it ends who writes to a closed pipe")
               : same("PIPE is not ignored without a setting");
}

constexpr std::string_view kSealed = "only systemd can open what it has sealed; name a file in credentials";
constexpr std::string_view kContent = "write what stands here into a file, and name that in credentials";
constexpr std::string_view kStore = "nothing is looked up in a store; name each file in credentials";

Verdict map_slice(Draft&, const Option&) { return lost("services are not put into slices"); }

constexpr UnitRow kProcessRows[] = {
    {"User", [](Draft& d, const Option& o) { return map_account(d, o, "user"); }},
    {"Group", [](Draft& d, const Option& o) { return map_account(d, o, "group"); }},
    {"SupplementaryGroups", map_groups, {}, {}, {}, Repeats::list},
    {"DynamicUser",
     [](Draft&, const Option& o) {
       const bool is_on = flag_of(o.value).value_or(true);
       return is_on ? lost_essential("no user is made up for it: make one, and name it in user")
                    : same("no user is made up for it");
     }},
    {"SetLoginEnvironment", nullptr, "with user it has HOME, USER, LOGNAME and SHELL", Fate::same},
    {"WorkingDirectory", map_working_dir},
    {"RootDirectory", [](Draft& d, const Option& o) { return map_text(d, o, "root-dir"); }},
    {"UMask", map_umask},
    {"Environment", map_environment, {}, {}, {}, Repeats::list},
    {"EnvironmentFile", map_env_file, {}, {}, {}, Repeats::list},
    {"PassEnvironment", nullptr, "it has supervisord's environment; see env-inherit", Fate::same, {}, Repeats::list},
    {"UnsetEnvironment", nullptr, "see env-inherit", Fate::not_mapped, {}, Repeats::list},
    {"LimitCPU", map_limit<Counts::seconds>},
    {"LimitFSIZE", map_limit<Counts::bytes>},
    {"LimitDATA", map_limit<Counts::bytes>},
    {"LimitSTACK", map_limit<Counts::bytes>},
    {"LimitCORE", map_limit<Counts::bytes>},
    {"LimitRSS", map_limit<Counts::bytes>},
    {"LimitNOFILE", map_limit<Counts::number>},
    {"LimitAS", map_limit<Counts::bytes>},
    {"LimitNPROC", map_limit<Counts::number>},
    {"LimitMEMLOCK", map_limit<Counts::bytes>},
    {"LimitLOCKS", map_limit<Counts::number>},
    {"LimitSIGPENDING", map_limit<Counts::number>},
    {"LimitMSGQUEUE", map_limit<Counts::bytes>},
    {"LimitNICE", map_limit<Counts::number>},
    {"LimitRTPRIO", map_limit<Counts::number>},
    {"LimitRTTIME", map_limit<Counts::microseconds>},
    {"MemoryMax", [](Draft& d, const Option& o) { return map_size(d, o, "resources.memory-max"); }},
    {"MemoryLimit", [](Draft& d, const Option& o) { return map_size(d, o, "resources.memory-max"); }},
    {"MemoryHigh", [](Draft& d, const Option& o) { return map_size(d, o, "resources.memory-high"); }},
    {"MemoryLow", [](Draft& d, const Option& o) { return map_size(d, o, "resources.memory-low"); }},
    {"MemorySwapMax", [](Draft& d, const Option& o) { return map_size(d, o, "resources.memory-swap-max"); }},
    {"CPUQuota", [](Draft& d, const Option& o) { return map_size(d, o, "resources.cpu-max"); }},
    {"CPUWeight", [](Draft& d, const Option& o) { return map_number(d, o, "resources.cpu-weight", 1, 10'000); }},
    {"IOWeight", [](Draft& d, const Option& o) { return map_number(d, o, "resources.io-weight", 1, 10'000); }},
    {"TasksMax", map_tasks},
    {"AllowedCPUs", [](Draft& d, const Option& o) { return map_cpus(d, o, "resources.cpuset"); }},
    {"CPUAffinity", [](Draft& d, const Option& o) { return map_cpus(d, o, "cpu-affinity"); }},
    {"Slice", map_slice},
    {"Nice", [](Draft& d, const Option& o) { return map_number(d, o, "nice", -20, 19); }},
    {"OOMScoreAdjust", [](Draft& d, const Option& o) { return map_number(d, o, "oom-score", -1'000, 1'000); }},
    {"CPUSchedulingPolicy", [](Draft& d, const Option& o) { return map_word(o, d.sched_policy, "sched-policy"); }},
    {"CPUSchedulingPriority", [](Draft& d, const Option& o) { return map_word(o, d.sched_priority, "sched-policy"); }},
    {"IOSchedulingClass", [](Draft& d, const Option& o) { return map_word(o, d.io_class, "io-class"); }},
    {"IOSchedulingPriority", [](Draft& d, const Option& o) { return map_word(o, d.io_priority, "io-class"); }},
    {"NoNewPrivileges", [](Draft& d, const Option& o) { return map_flag(d, o, "no-new-privileges"); }},
    {"CapabilityBoundingSet", map_bounding, {}, {}, {}, Repeats::each},
    {"AmbientCapabilities", map_ambient, {}, {}, {}, Repeats::each},
    {"KeyringMode", map_keyring},
    {"Personality", map_personality},
    {"IgnoreSIGPIPE", map_sigpipe},
    {"LoadCredential", map_credential, {}, {}, {}, Repeats::list},
    {"LoadCredentialEncrypted", nullptr, kSealed, Fate::not_mapped, Weight::essential, Repeats::list},
    {"SetCredential", nullptr, kContent, Fate::not_mapped, Weight::essential, Repeats::list},
    {"SetCredentialEncrypted", nullptr, kSealed, Fate::not_mapped, Weight::essential, Repeats::list},
    {"ImportCredential", nullptr, kStore, Fate::not_mapped, Weight::essential, Repeats::list},
    {"StandardInput", map_input},
    {"StandardOutput", [](Draft& d, const Option& o) { return map_output(d, o, "log"); }},
    {"StandardError", [](Draft& d, const Option& o) { return map_output(d, o, "stderr"); }},
    {"RuntimeDirectory", map_folder, {}, {}, {}, Repeats::list},
    {"StateDirectory", map_folder, {}, {}, {}, Repeats::list},
    {"CacheDirectory", map_folder, {}, {}, {}, Repeats::list},
    {"LogsDirectory", map_folder, {}, {}, {}, Repeats::list},
    {"ConfigurationDirectory", map_folder, {}, {}, {}, Repeats::list},
    {"RuntimeDirectoryMode", map_folder_mode<kMode>},
    {"StateDirectoryMode", map_folder_mode<kMode>},
    {"CacheDirectoryMode", map_folder_mode<kMode>},
    {"LogsDirectoryMode", map_folder_mode<kMode>},
    {"ConfigurationDirectoryMode", map_folder_mode<kMode>},
    {"RuntimeDirectoryPreserve", nullptr, "what was made in /run stays there", Fate::same},
};

}  // namespace

std::span<const UnitRow> systemd_process_rows() { return kProcessRows; }

}  // namespace sup::imports
