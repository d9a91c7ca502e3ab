#include "sys/child_failure.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>
#include <string_view>

#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/limits.hpp"
#include "sys/privileges.hpp"

namespace sup::sys {

namespace {

std::string limit_text(std::uint64_t number) {
  return number == RLIM_INFINITY ? "unlimited" : fmt::format("{}", number);
}

// Who may do what was refused. Empty for what is no matter of privilege.
std::string refusal(int error_number, std::string_view needs) {
  return error_number == EPERM || error_number == EACCES ? fmt::format("not permitted, it needs {}", needs) : "";
}

std::string limit_reason(const ResourceLimit& limit, int error_number) {
  const auto own = limit_of(limit.resource);
  if (error_number != EPERM || !own) return {};
  if (limit.hard > own->hard && !has_capability(kCapSysResource))
    return fmt::format("above the hard limit {} of supervisord, which only root (CAP_SYS_RESOURCE) may raise",
                       limit_text(own->hard));
  const auto most = limit.resource == RLIMIT_NOFILE ? read_file("/proc/sys/fs/nr_open", 32)
                                                    : Result<std::string>(fail(Errc::not_found, ""));
  return most
             ? fmt::format("above the most that this kernel allows, fs.nr_open = {}", most->substr(0, most->find('\n')))
             : "";
}

void describe_limit(const ResourceLimit& limit, SpawnFailure& out) {
  out.step = limit_key(limit.resource);
  out.object = fmt::format("{}:{}", limit_text(limit.soft), limit_text(limit.hard));
  if (std::string reason = limit_reason(limit, out.sys_errno); !reason.empty()) out.reason = std::move(reason);
}

void describe_capability(const ChildReport& report, SpawnFailure& out) {
  if (report.detail < 0) {
    if (out.sys_errno == EPERM) out.reason = "not permitted, dropping the others needs root (CAP_SETPCAP)";
    return;
  }
  out.object = capability_name(report.detail);
  if (out.sys_errno == EINVAL)
    out.reason = fmt::format("this kernel does not know it, its last is {}", capability_name(last_capability()));
  else if (!has_permitted_capability(report.detail))
    out.reason = "supervisord does not have it";
}

}  // namespace

void describe_attribute_failure(const ChildAttributes& attributes, const ChildReport& report, SpawnFailure& out) {
  const std::string_view step = out.step;
  const int error_number = out.sys_errno;
  std::string reason;
  if (step == "limits") return describe_limit(attributes.limits.at(static_cast<std::size_t>(report.detail)), out);
  if (step == "capabilities") return describe_capability(report, out);
  if (step == "oom-score") {
    out.object = fmt::format("{}", attributes.oom_score->value);
    reason = refusal(error_number, "CAP_SYS_RESOURCE to go below what supervisord was given");
  } else if (step == "nice") {
    out.object = fmt::format("{}", *attributes.nice);
  } else if (step == "sched-policy") {
    out.object = attributes.sched_text;
  } else if (step == "io-class") {
    out.object = attributes.io_priority_text;
  } else if (step == "cpu-affinity") {
    out.object = attributes.cpus_text;
    if (error_number == EINVAL) reason = "supervisord may run on none of them";
  } else if (step == "personality") {
    out.object = attributes.personality_text;
  } else if (step == "root-dir") {
    out.object = attributes.root_dir;
    if (error_number == EPERM) reason = "not permitted, chroot needs root (CAP_SYS_CHROOT)";
  } else if (step == "stdin") {
    out.object = attributes.stdin_file;
    if (report.detail == kFifoForWriting) reason = fmt::format("{} (a FIFO is opened for writing, too)", out.reason);
  }
  if (!reason.empty()) out.reason = std::move(reason);
}

}  // namespace sup::sys
