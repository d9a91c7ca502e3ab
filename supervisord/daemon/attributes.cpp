#include "daemon/attributes.hpp"
#include "guard/holder.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/check.hpp"
#include "base/cpu_list.hpp"
#include "guard/holder.hpp"
#include "spec/attribute_fields.hpp"
#include "sys/cpus.hpp"
#include "sys/file.hpp"

namespace sup {
namespace {

// Each limit that is set, by the rows: their keys are the names of the resources.
std::vector<sys::ResourceLimit> limits_of(const LimitsSpec& spec, const AttributeDefaults& defaults) {
  std::vector<sys::ResourceLimit> out;
  for_each_field<LimitsSpec>([&](const auto& row) {
    const auto& limit = spec.*row.member;
    const std::optional<int> resource = sys::limit_resource(row.key);
    CHECK(resource.has_value());
    if (limit)
      out.push_back({*resource, limit->soft, limit->hard});
    else if (*resource == RLIMIT_NOFILE)
      out.push_back({*resource, defaults.nofile.soft, defaults.nofile.hard});
  });
  return out;
}

int kernel_policy(SchedPolicy policy) {
  switch (policy) {
    case SchedPolicy::other: return SCHED_OTHER;
    case SchedPolicy::batch: return SCHED_BATCH;
    case SchedPolicy::idle: return SCHED_IDLE;
    case SchedPolicy::fifo: return SCHED_FIFO;
    case SchedPolicy::rr: return SCHED_RR;
  }
  check_failed("every SchedPolicy is known to the kernel");
}

// As in linux/ioprio.h, which is no C++.
constexpr int kIoClassShift = 13;
int kernel_io_class(IoClass io_class) {
  switch (io_class) {
    case IoClass::realtime: return 1;
    case IoClass::best_effort: return 2;
    case IoClass::idle: return 3;
  }
  check_failed("every IoClass is known to the kernel");
}

unsigned kernel_personality(PersonalityWord word) {
  switch (word) {
    case PersonalityWord::linux_plain: return PER_LINUX;
    case PersonalityWord::linux32: return PER_LINUX32;
    case PersonalityWord::uname26: return UNAME26;
    case PersonalityWord::addr_no_randomize: return ADDR_NO_RANDOMIZE;
    case PersonalityWord::addr_compat_layout: return ADDR_COMPAT_LAYOUT;
    case PersonalityWord::addr_limit_32bit: return ADDR_LIMIT_32BIT;
    case PersonalityWord::addr_limit_3gb: return ADDR_LIMIT_3GB;
    case PersonalityWord::mmap_page_zero: return MMAP_PAGE_ZERO;
    case PersonalityWord::read_implies_exec: return READ_IMPLIES_EXEC;
    case PersonalityWord::short_inode: return SHORT_INODE;
    case PersonalityWord::sticky_timeouts: return STICKY_TIMEOUTS;
    case PersonalityWord::whole_seconds: return WHOLE_SECONDS;
  }
  check_failed("every PersonalityWord is known to the kernel");
}

void set_priorities(sys::ChildAttributes& out, const ServiceSpec& spec) {
  out.nice = spec.nice;
  if (const auto& sched = spec.sched_policy) {
    out.sched = sys::SchedSetting{kernel_policy(sched->policy), sched->priority};
    out.sched_text = enum_name(sched->policy);
    if (sched->priority != 0) out.sched_text += fmt::format(" {}", sched->priority);
  }
  if (const auto& io = spec.io_class) {
    const bool is_idle = io->io_class == IoClass::idle;
    out.io_priority = kernel_io_class(io->io_class) << kIoClassShift | (is_idle ? 0 : io->level);
    out.io_priority_text = enum_name(io->io_class);
    if (!is_idle) out.io_priority_text += fmt::format(":{}", io->level);
  }
}

Result<> set_cpus(sys::ChildAttributes& out, const std::vector<std::uint16_t>& cpus) {
  if (cpus.empty()) return {};
  out.cpus_text = format_cpu_list(cpus);
  const auto present = sys::present_cpus();
  if (present)  // Else the kernel decides.
    for (const std::uint16_t cpu : cpus)
      if (!std::binary_search(present->begin(), present->end(), cpu))
        return fail(Errc::not_found, fmt::format("cpu-affinity '{}': there is no CPU {}, only {}", out.cpus_text, cpu,
                                                 format_cpu_list(*present)));
  out.cpu_mask = sys::cpu_mask(cpus);
  return {};
}

void set_personality(sys::ChildAttributes& out, const std::vector<PersonalityWord>& words) {
  for (const PersonalityWord word : words) {
    out.personality = out.personality.value_or(0) | kernel_personality(word);
    if (!out.personality_text.empty()) out.personality_text += ' ';
    out.personality_text += enum_name(word);
  }
}

void set_oom_score(sys::ChildAttributes& out, const ServiceSpec& spec, const AttributeDefaults& defaults) {
  if (spec.oom_score)
    out.oom_score = sys::OomScore{*spec.oom_score, sys::OomScoreFor::asked};
  else if (defaults.oom_score)
    out.oom_score = sys::OomScore{*defaults.oom_score, sys::OomScoreFor::reset};
}

Result<gid_t> gid_of(std::string_view key, const std::string& name) {
  const auto group = TRY(sys::find_group(name));
  if (!group) return fail(Errc::not_found, fmt::format("{} '{}': no such group", key, name));
  return group->gid;
}

// Whether a process of ours with this primary group has just these groups. Where we may not change them, that it has
// the primary one among the others, too, is no difference.
bool has_already(const std::vector<gid_t>& groups, gid_t primary) {
  const auto own = sys::own_groups();
  if (!own) return false;
  std::set<gid_t> wanted(groups.begin(), groups.end());
  std::set<gid_t> had(own->begin(), own->end());
  if (::geteuid() != 0 && primary == ::getegid()) {
    wanted.insert(primary);
    had.insert(primary);
  }
  return wanted == had;
}

// Besides the user's, or without a user besides our own. Or these alone.
Result<> set_groups(sys::ChildSettings& child, const GroupsSpec& spec, const std::optional<sys::Account>& account) {
  if (account && !spec.replaces) child.groups = TRY(sys::supplementary_groups(*account));
  if (spec.names.empty() && !spec.replaces) return {};
  if (spec.replaces) child.groups.emplace();
  if (!child.groups) child.groups = TRY(sys::own_groups());
  for (const std::string& name : spec.names) {
    const gid_t gid = TRY(gid_of("groups", name));
    if (std::find(child.groups->begin(), child.groups->end(), gid) == child.groups->end()) child.groups->push_back(gid);
  }
  child.groups_text = spec.names.empty() ? "none" : fmt::format("{}", fmt::join(spec.names, ", "));
  return {};
}

}  // namespace

AttributeDefaults attribute_defaults(const sys::LimitValues& original_nofile) {
  AttributeDefaults out{original_nofile, {}};
  const auto text = sys::read_file("/proc/self/oom_score_adj", 32);
  int own = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), own);
  if (own != 0 && !guard::is_init()) out.oom_score = 0;
  return out;
}

Result<> set_account(sys::ChildSettings& child, const ServiceSpec& spec, const std::optional<sys::Account>& account) {
  if (account) {
    child.uid = account->uid;
    child.gid = account->gid;
    child.user_name = *spec.user;
  }
  TRY(set_groups(child, *spec.groups, account));
  if (!spec.group->empty()) {
    child.gid = TRY(gid_of("group", *spec.group));
    child.group_name = *spec.group;
  }
  // So that without any privilege a service can name the user that we are.
  if (child.groups && has_already(*child.groups, child.gid.value_or(::getegid()))) child.groups.reset();
  return {};
}

Result<> set_attributes(sys::ChildSettings& child, const ServiceSpec& spec, const AttributeDefaults& defaults) {
  sys::ChildAttributes& out = child.attributes;
  set_oom_score(out, spec, defaults);
  out.limits = limits_of(*spec.limits, defaults);
  set_priorities(out, spec);
  TRY(set_cpus(out, spec.cpu_affinity->cpus));
  set_personality(out, *spec.personality);
  out.capabilities = spec.capabilities;
  out.has_private_keyring = spec.keyring == Keyring::private_keyring;
  out.has_no_new_privileges = spec.no_new_privileges;
  out.root_dir = *spec.root_dir;
  out.stdin_file = spec.stdin_->file;
  return {};
}

}  // namespace sup
