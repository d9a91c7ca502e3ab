// The parent's half of child.hpp: checks what a child shall be and lays it out flat.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/text.hpp"
#include "sys/child.hpp"
#include "sys/privileges.hpp"

namespace sup::sys {

namespace {

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

Result<> check_settings(const ChildSettings& settings) {
  if (settings.argv.empty() || settings.argv.front().empty())
    return fail(Errc::invalid, "cannot prepare command: no program is named");
  for (const std::string& argument : settings.argv)
    if (has_nul(argument))
      return fail(Errc::invalid, fmt::format("cannot prepare command: NUL byte in argument '{}'", printable(argument)));
  if (has_nul(settings.working_dir))
    return fail(Errc::invalid,
                fmt::format("cannot prepare working-dir: NUL byte in '{}'", printable(settings.working_dir)));
  const int first_free = kFirstPassed + static_cast<int>(settings.passed_fds.size());
  if (settings.extra_fd >= 0 && settings.extra_number < first_free)
    return fail(Errc::invalid,
                fmt::format("cannot prepare ready.fd: {} descriptors are passed from {} on, so {} is taken",
                            settings.passed_fds.size(), kFirstPassed, settings.extra_number));
  const std::pair<const char*, const std::string*> paths[] = {{"root-dir", &settings.attributes.root_dir},
                                                              {"stdin", &settings.attributes.stdin_file}};
  for (const auto& [key, path] : paths)
    if (has_nul(*path))
      return fail(Errc::invalid, fmt::format("cannot prepare {}: NUL byte in '{}'", key, printable(*path)));
  for (const auto& [name, value] : settings.env) {
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name))
      return fail(Errc::invalid,
                  fmt::format("cannot prepare env: '{}' is no name of a variable (empty, or holds '=' or NUL)",
                              printable(name)));
    // The value may be a secret: only its name is shown.
    if (has_nul(value)) return fail(Errc::invalid, fmt::format("cannot prepare env: NUL byte in {}", printable(name)));
  }
  return {};
}

// NAME=value for each name once, at its first place with its last value.
std::vector<std::string> flatten(const std::vector<std::pair<std::string, std::string>>& env) {
  std::vector<std::string> out;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const auto& [name, value] : env) {
    const auto [place, is_new] = places.try_emplace(name, out.size());
    if (is_new) out.emplace_back();
    out[place->second] = fmt::format("{}={}", name, value);
  }
  return out;
}

std::string search_path_of(const ChildSettings& settings) {
  const auto path = std::find_if(settings.env.rbegin(), settings.env.rend(),
                                 [](const auto& variable) { return variable.first == "PATH"; });
  return path != settings.env.rend() ? path->second : std::string{kDefaultPath};
}

// An empty element of PATH is the current directory, which is the service's working-dir by then.
std::vector<std::string> candidates_in(std::string_view search_path, const std::string& program) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t end = std::min(search_path.find(':'), search_path.size());
    const std::string_view directory = search_path.substr(0, end);
    out.push_back(directory.empty() ? fmt::format("./{}", program) : fmt::format("{}/{}", directory, program));
    if (end == search_path.size()) return out;
    search_path.remove_prefix(end + 1);
  }
}

std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<const char*> out;
  out.reserve(texts.size() + 1);
  for (const std::string& text : texts) out.push_back(text.c_str());
  out.push_back(nullptr);
  return out;
}

const char* pointer_or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

ChildAttributesPlan attributes_plan(const ChildAttributes& given, const std::string& oom_score) {
  const std::uint64_t kept = given.capabilities.value_or(CapabilitySet{CapabilitySet::kAll}).bits;
  const bool keeps_all = kept == CapabilitySet::kAll;
  return {
      .limits = given.limits.data(),
      .limit_count = given.limits.size(),
      .cpu_mask = given.cpu_mask.data(),
      .cpu_mask_bytes = given.cpu_mask.size() * sizeof(unsigned long),
      .root_dir = pointer_or_null(given.root_dir),
      .stdin_file = pointer_or_null(given.stdin_file),
      .capabilities = kept,
      .unknown_capabilities = keeps_all ? 0 : kept & ~bounding_set().known,
      .dropped_capabilities = keeps_all ? 0 : bounding_set().held & ~kept,
      .oom_score = pointer_or_null(oom_score),
      .oom_score_length = oom_score.size(),
      .sched = given.sched.value_or(SchedSetting{}),
      .nice = given.nice.value_or(0),
      .io_priority = given.io_priority.value_or(0),
      .personality = given.personality.value_or(0),
      .oom_score_is_asked = given.oom_score && given.oom_score->reason == OomScoreFor::asked,
      .has_nice = given.nice.has_value(),
      .has_sched = given.sched.has_value(),
      .has_io_priority = given.io_priority.has_value(),
      .has_personality = given.personality.has_value(),
      .has_capabilities = given.capabilities.has_value(),
      .has_private_keyring = given.has_private_keyring,
      .has_no_new_privileges = given.has_no_new_privileges,
  };
}

}  // namespace

Result<PreparedChild> prepare_child(ChildSettings given) {
  TRY(check_settings(given));
  auto block = std::make_unique<PreparedChild::Block>();
  block->settings = std::move(given);
  const ChildSettings& settings = block->settings;
  const std::string& program = settings.argv.front();
  if (program.find('/') != std::string::npos) {
    block->candidate_paths = {program};
  } else {
    block->search_path = search_path_of(settings);
    block->candidate_paths = candidates_in(block->search_path, program);
  }
  block->environment = flatten(settings.env);
  for (const std::string& name : settings.pid_variables) {
    std::erase_if(block->environment, [&](const std::string& entry) { return entry.starts_with(name + "="); });
    block->environment.push_back(name + "=" + std::string(kPidDigits, '\0'));
  }
  for (std::string& entry : block->environment)
    if (entry.ends_with('\0')) block->pid_texts.push_back(entry.data() + entry.size() - kPidDigits);
  block->argv = pointers_to(settings.argv);
  block->envp = pointers_to(block->environment);
  block->candidates = pointers_to(block->candidate_paths);
  if (settings.attributes.oom_score) block->oom_score = fmt::format("{}", settings.attributes.oom_score->value);
  block->passed_moved.resize(settings.passed_fds.size());
  block->plan = ChildPlan{
      .argv = block->argv.data(),
      .envp = block->envp.data(),
      .pid_texts = block->pid_texts.data(),
      .pid_text_count = block->pid_texts.size(),
      .candidates = block->candidates.data(),
      .working_dir = pointer_or_null(settings.working_dir),
      .groups = settings.groups ? settings.groups->data() : nullptr,
      .group_count = settings.groups ? settings.groups->size() : 0,
      .ignored_signals = settings.ignored_signals ? *settings.ignored_signals : ignored_signals(),
      .in_progress = settings.in_progress,
      .pid_place = settings.pid_place,
      .passed = settings.passed_fds.data(),
      .passed_moved = block->passed_moved.data(),
      .passed_count = static_cast<int>(settings.passed_fds.size()),
      .fds = {settings.stdin_fd, settings.stdout_fd, settings.stderr_fd, settings.extra_fd},
      .extra_number = settings.extra_fd < 0 ? -1 : settings.extra_number,
      .cgroup_fd = settings.cgroup_fd,
      .umask = settings.umask.value_or(0),
      .uid = settings.uid.value_or(0),
      .gid = settings.gid.value_or(0),
      .takes_terminal = settings.takes_terminal,
      .has_umask = settings.umask.has_value(),
      .has_groups = settings.groups.has_value(),
      .has_uid = settings.uid.has_value(),
      .has_gid = settings.gid.has_value(),
      .attributes = attributes_plan(settings.attributes, block->oom_score),
  };
  return PreparedChild{std::move(block)};
}

}  // namespace sup::sys
