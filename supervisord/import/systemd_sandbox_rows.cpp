// [Service] of systemd: what keeps its processes from things, and what shows them others. We have none of it.
#include <vector>

#include "import/systemd_draft.hpp"

namespace sup::imports {
namespace {

struct Names {
  std::string_view reason;
  Weight weight;
  std::vector<std::string_view> options;
};

// Without these it does what it did, with less around it.
const std::vector<Names>& names() {
  static const std::vector<Names> list = {
      {"its view of files and devices is not narrowed",
       Weight::minor,
       {"PrivateTmp",
        "PrivateDevices",
        "PrivateMounts",
        "ProtectSystem",
        "ProtectHome",
        "ReadWritePaths",
        "ReadOnlyPaths",
        "InaccessiblePaths",
        "ExecPaths",
        "NoExecPaths",
        "ReadWriteDirectories",
        "ReadOnlyDirectories",
        "InaccessibleDirectories",
        "MountFlags",
        "MountAPIVFS",
        "BindLogSockets",
        "DevicePolicy",
        "DeviceAllow",
        "PrivateBPF",
        "ProtectProc",
        "ProcSubset"}},
      {"its view of the network is not narrowed",
       Weight::minor,
       {"PrivateNetwork", "IPAddressAllow", "IPAddressDeny", "IPAccounting", "RestrictAddressFamilies",
        "RestrictNetworkInterfaces", "SocketBindAllow", "SocketBindDeny", "IPIngressFilterPath", "IPEgressFilterPath",
        "PrivateIPC"}},
      {"the kernel is not protected from it; see user and capabilities",
       Weight::minor,
       {"ProtectKernelTunables",
        "ProtectKernelModules",
        "ProtectKernelLogs",
        "ProtectControlGroups",
        "ProtectControlGroupsEx",
        "ProtectClock",
        "ProtectHostname",
        "PrivateUsers",
        "PrivatePIDs",
        "RestrictNamespaces",
        "RestrictRealtime",
        "RestrictSUIDSGID",
        "RestrictFileSystems",
        "LockPersonality",
        "MemoryDenyWriteExecute",
        "SystemCallFilter",
        "SystemCallArchitectures",
        "SystemCallLog",
        "SystemCallErrorNumber",
        "SecureBits",
        "UserNamespacePath",
        "RemoveIPC",
        "DelegateNamespaces",
        "MemoryTHP"}},
      {"no security module is told of it",
       Weight::minor,
       {"AppArmorProfile", "SELinuxContext", "SmackProcessLabel", "SELinuxContextFromNet"}},
      {"no session of PAM is opened", Weight::minor, {"PAMName"}},
      {"nothing is written to utmp", Weight::minor, {"UtmpIdentifier", "UtmpMode"}},
      {"its output is captured as it is; see log",
       Weight::minor,
       {"SyslogIdentifier", "SyslogFacility", "SyslogLevel", "SyslogLevelPrefix", "LogLevelMax", "LogExtraFields",
        "LogNamespace", "LogRateLimitIntervalSec", "LogRateLimitBurst", "LogFilterPatterns"}},
      {"the kernel decides",
       Weight::minor,
       {"IgnoreSIGPIPE", "TimerSlackNSec", "CPUSchedulingResetOnFork", "NUMAPolicy", "NUMAMask", "CoredumpFilter",
        "CoredumpReceive", "Personality", "MemoryKSM", "ManagedOOMSwap", "ManagedOOMMemoryPressure",
        "ManagedOOMMemoryPressureLimit", "ManagedOOMMemoryPressureDurationSec", "ManagedOOMPreference",
        "MemoryPressureWatch", "MemoryPressureThresholdSec"}},
      {"see resources",
       Weight::minor,
       {"CPUAccounting",
        "MemoryAccounting",
        "TasksAccounting",
        "IOAccounting",
        "BlockIOAccounting",
        "CPUShares",
        "StartupCPUShares",
        "StartupCPUWeight",
        "CPUQuotaPeriodSec",
        "StartupAllowedCPUs",
        "AllowedMemoryNodes",
        "StartupAllowedMemoryNodes",
        "MemoryMin",
        "DefaultMemoryMin",
        "DefaultMemoryLow",
        "StartupMemoryLow",
        "StartupMemoryHigh",
        "StartupMemoryMax",
        "StartupMemorySwapMax",
        "MemoryZSwapMax",
        "MemoryZSwapWriteback",
        "StartupIOWeight",
        "IODeviceWeight",
        "IOReadBandwidthMax",
        "IOWriteBandwidthMax",
        "IOReadIOPSMax",
        "IOWriteIOPSMax",
        "IODeviceLatencyTargetSec",
        "BlockIOWeight",
        "BlockIOReadBandwidth",
        "BlockIOWriteBandwidth",
        "BlockIODeviceWeight",
        "Delegate",
        "DelegateSubgroup",
        "DisableControllers",
        "BPFProgram",
        "NFTSet"}},
      {"what is made before the start is neither cleaned nor counted",
       Weight::minor,
       {"TimeoutCleanSec", "StateDirectoryAccounting", "StateDirectoryQuota", "CacheDirectoryAccounting",
        "CacheDirectoryQuota", "LogsDirectoryAccounting", "LogsDirectoryQuota"}},
      {"it sees the files of the machine",
       Weight::essential,
       {"BindPaths", "BindReadOnlyPaths", "TemporaryFileSystem", "RootImage", "RootImageOptions", "RootHash",
        "RootHashSignature", "RootVerity", "RootEphemeral", "RootImagePolicy", "MountImages", "ExtensionImages",
        "ExtensionDirectories", "MountImagePolicy", "ExtensionImagePolicy", "RootMStack"}},
      {"it has the namespaces of supervisord", Weight::essential, {"NetworkNamespacePath", "IPCNamespacePath"}},
      {"there are no credentials",
       Weight::essential,
       {"LoadCredential", "LoadCredentialEncrypted", "ImportCredential", "SetCredential", "SetCredentialEncrypted"}},
      {"it has no terminal of the machine; see tty",
       Weight::essential,
       {"TTYPath", "TTYReset", "TTYVHangup", "TTYVTDisallocate", "TTYRows", "TTYColumns"}},
      {"it reads nothing; see stdin", Weight::essential, {"StandardInputText", "StandardInputData"}},
  };
  return list;
}

std::vector<UnitRow> rows_of_names() {
  std::vector<UnitRow> rows;
  for (const Names& group : names())
    for (const std::string_view option : group.options) {
      UnitRow row = lost_row<SystemdDraft>(option, group.reason, group.weight);
      row.repeats = Repeats::list;
      rows.push_back(row);
    }
  return rows;
}

}  // namespace

std::span<const UnitRow> systemd_sandbox_rows() {
  static const std::vector<UnitRow> rows = rows_of_names();
  return rows;
}

}  // namespace sup::imports
