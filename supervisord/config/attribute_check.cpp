#include "config/attribute_check.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/cpu_list.hpp"
#include "base/text.hpp"
#include "spec/attribute_fields.hpp"
#include "sys/cgroup_values.hpp"
#include "sys/cpus.hpp"
#include "sys/limits.hpp"
#include "sys/privileges.hpp"

namespace sup {
namespace {

class AttributeChecker {
 public:
  AttributeChecker(std::size_t service, const ServiceSpec& spec) : service_(service), spec_(spec) {}

  std::vector<AttributeFinding> run() {
    check_root_dir();
    for_each_field<LimitsSpec>([&](const auto& row) {
      if (const auto& limit = (*spec_.limits).*row.member) check_limit(row.key, *limit);
    });
    check_cpus("cpu-affinity", spec_.cpu_affinity->cpus);
    if (spec_.capabilities && spec_.capabilities->bits != CapabilitySet::kAll) check_capabilities(*spec_.capabilities);
    check_stdin();
    check_cpus("resources.cpuset", spec_.resources->cpuset.cpus);
    check_disks(spec_.resources->io_max);
    return std::move(findings_);
  }

 private:
  void error(std::string_view key, std::string message, std::string hint = {}) {
    findings_.push_back({FindingKind::error, {service_, key, {}}, std::move(message), std::move(hint)});
  }
  void warning(std::string_view key, std::string message, std::string hint = {}) {
    findings_.push_back({FindingKind::warning, {service_, key, {}}, std::move(message), std::move(hint)});
  }

  void check_root_dir() {
    const std::string& path = *spec_.root_dir;
    if (path.empty()) return;
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
      warning("root-dir", fmt::format("root-dir: there is no directory '{}' now", printable(path)));
    if (!sys::has_capability(sys::kCapSysChroot))
      warning("root-dir", "root-dir: chroot needs root (CAP_SYS_CHROOT)", "supervisord must run as root for it");
  }

  void check_limit(std::string_view key, const LimitPair& limit) {
    const auto resource = sys::limit_resource(key);
    const auto own = resource ? sys::limit_of(*resource) : fail(Errc::not_found, "");
    if (!own || limit.hard <= own->hard || sys::has_capability(sys::kCapSysResource)) return;
    const char* path = sys::limit_key(*resource);
    warning(path,
            fmt::format("{}: above the hard limit {}, which only root (CAP_SYS_RESOURCE) may raise", path, own->hard));
  }

  void check_cpus(std::string_view key, const std::vector<std::uint16_t>& cpus) {
    const auto present = cpus.empty() ? fail(Errc::not_found, "") : sys::present_cpus();
    if (!present) return;
    const auto is_missing = [&](std::uint16_t cpu) {
      return !std::binary_search(present->begin(), present->end(), cpu);
    };
    const auto missing = std::find_if(cpus.begin(), cpus.end(), is_missing);
    if (missing != cpus.end())
      error(key, fmt::format("{}: there is no CPU {}, only {}", key, *missing, format_cpu_list(*present)));
  }

  void check_capabilities(CapabilitySet kept) {
    const int last = sys::last_capability();
    std::string missing;
    for (int number = 0; number <= kLastCapability; ++number) {
      if (!kept.has(number)) continue;
      if (number > last)
        error("capabilities", fmt::format("capabilities: this kernel does not know '{}', its last is '{}'",
                                          capability_name(number), capability_name(last)));
      else if (!sys::has_permitted_capability(number))
        missing += (missing.empty() ? "" : ", ") + capability_name(number);
    }
    if (!sys::has_capability(sys::kCapSetpcap))
      warning("capabilities", "capabilities: choosing them needs root (CAP_SETPCAP)",
              "supervisord must run as root for it");
    else if (!missing.empty())
      warning("capabilities", fmt::format("capabilities: this process itself does not have {}", missing));
  }

  void check_stdin() {
    const std::string path = *spec_.root_dir + spec_.stdin_->file;
    if (!spec_.stdin_->file.empty() && ::access(path.c_str(), F_OK) != 0)
      warning("stdin.file", fmt::format("stdin.file: there is no '{}' now", printable(path)));
  }

  void check_disks(const std::vector<IoMaxSpec>& disks) {
    for (const IoMaxSpec& disk : disks)
      if (const auto device = sys::block_device(disk.device); !device)
        warning("resources.io-max", fmt::format("resources.io-max: {} now", device.error().what));
  }

  std::size_t service_;
  const ServiceSpec& spec_;
  std::vector<AttributeFinding> findings_;
};

}  // namespace

std::vector<AttributeFinding> check_attributes(std::size_t service, const ServiceSpec& spec) {
  return AttributeChecker(service, spec).run();
}

}  // namespace sup
