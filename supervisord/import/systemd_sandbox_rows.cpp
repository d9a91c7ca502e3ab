// [Service] of systemd: what keeps its processes from things, and what shows them others. None of it has a setting.
#include "import/systemd_draft.hpp"

namespace sup::imports {
namespace {

constexpr std::string_view kFiles = "its view of files and devices is not narrowed";
constexpr std::string_view kNetwork = "its view of the network is not narrowed";
constexpr std::string_view kKernel = "the kernel is not protected from it; see user and capabilities";
constexpr std::string_view kModules = "no security module is told of it";
constexpr std::string_view kPam = "no session of PAM is opened";
constexpr std::string_view kUtmp = "nothing is written to utmp";
constexpr std::string_view kSeverity = "what comes by stdout has the severity info, what comes by stderr err";
constexpr std::string_view kNotFiltered = "each line of its output is logged";
constexpr std::string_view kJournal =
    "with log.to = \"journal\" it is in the journal of the machine, with the usual fields";
constexpr std::string_view kRate = "see log.rate, which is lines in a second";
constexpr std::string_view kKernelDecides = "the kernel decides";
constexpr std::string_view kFolders = "what is made before the start is neither cleaned nor counted";
constexpr std::string_view kMachine = "it sees the files of the machine";
constexpr std::string_view kNamespaces = "it has the namespaces of supervisord";
constexpr std::string_view kTerminal = "it has no terminal of the machine; see tty";
constexpr std::string_view kInput = "it reads nothing; see stdin";

constexpr UnitRow row(std::string_view name, std::string_view reason, Weight weight = Weight::minor) {
  return {.name = name, .reason = reason, .weight = weight, .repeats = Repeats::list};
}

// Without the minor ones it does what it did, with less around it.
constexpr UnitRow kRows[] = {
    row("PrivateTmp", kFiles),
    row("PrivateDevices", kFiles),
    row("PrivateMounts", kFiles),
    row("ProtectSystem", kFiles),
    row("ProtectHome", kFiles),
    row("ReadWritePaths", kFiles),
    row("ReadOnlyPaths", kFiles),
    row("InaccessiblePaths", kFiles),
    row("ExecPaths", kFiles),
    row("NoExecPaths", kFiles),
    row("ReadWriteDirectories", kFiles),
    row("ReadOnlyDirectories", kFiles),
    row("InaccessibleDirectories", kFiles),
    row("MountFlags", kFiles),
    row("MountAPIVFS", kFiles),
    row("BindLogSockets", kFiles),
    row("DevicePolicy", kFiles),
    row("DeviceAllow", kFiles),
    row("PrivateBPF", kFiles),
    row("ProtectProc", kFiles),
    row("ProcSubset", kFiles),
    row("PrivateNetwork", kNetwork),
    row("IPAddressAllow", kNetwork),
    row("IPAddressDeny", kNetwork),
    row("IPAccounting", kNetwork),
    row("RestrictAddressFamilies", kNetwork),
    row("RestrictNetworkInterfaces", kNetwork),
    row("SocketBindAllow", kNetwork),
    row("SocketBindDeny", kNetwork),
    row("IPIngressFilterPath", kNetwork),
    row("IPEgressFilterPath", kNetwork),
    row("PrivateIPC", kNetwork),
    row("ProtectKernelTunables", kKernel),
    row("ProtectKernelModules", kKernel),
    row("ProtectKernelLogs", kKernel),
    row("ProtectControlGroups", kKernel),
    row("ProtectControlGroupsEx", kKernel),
    row("ProtectClock", kKernel),
    row("ProtectHostname", kKernel),
    row("PrivateUsers", kKernel),
    row("PrivatePIDs", kKernel),
    row("RestrictNamespaces", kKernel),
    row("RestrictRealtime", kKernel),
    row("RestrictSUIDSGID", kKernel),
    row("RestrictFileSystems", kKernel),
    row("LockPersonality", kKernel),
    row("MemoryDenyWriteExecute", kKernel),
    row("SystemCallFilter", kKernel),
    row("SystemCallArchitectures", kKernel),
    row("SystemCallLog", kKernel),
    row("SystemCallErrorNumber", kKernel),
    row("SecureBits", kKernel),
    row("UserNamespacePath", kKernel),
    row("RemoveIPC", kKernel),
    row("DelegateNamespaces", kKernel),
    row("MemoryTHP", kKernel),
    row("AppArmorProfile", kModules),
    row("SELinuxContext", kModules),
    row("SmackProcessLabel", kModules),
    row("SELinuxContextFromNet", kModules),
    row("PAMName", kPam),
    row("UtmpIdentifier", kUtmp),
    row("UtmpMode", kUtmp),
    row("SyslogIdentifier", "see log.syslog.tag, which counts with log.to = \"syslog\" and \"journal\""),
    row("SyslogFacility", "see log.syslog.facility, which counts with log.to = \"syslog\""),
    row("SyslogLevel", kSeverity),
    row("SyslogLevelPrefix", kSeverity),
    row("LogLevelMax", kNotFiltered),
    row("LogExtraFields", kJournal),
    row("LogNamespace", kJournal),
    row("LogRateLimitIntervalSec", kRate),
    row("LogRateLimitBurst", kRate),
    row("LogFilterPatterns", kNotFiltered),
    row("TimerSlackNSec", kKernelDecides),
    row("CPUSchedulingResetOnFork", kKernelDecides),
    row("NUMAPolicy", kKernelDecides),
    row("NUMAMask", kKernelDecides),
    row("CoredumpFilter", kKernelDecides),
    row("CoredumpReceive", kKernelDecides),
    row("MemoryKSM", kKernelDecides),
    row("ManagedOOMSwap", kKernelDecides),
    row("ManagedOOMMemoryPressure", kKernelDecides),
    row("ManagedOOMMemoryPressureLimit", kKernelDecides),
    row("ManagedOOMMemoryPressureDurationSec", kKernelDecides),
    row("ManagedOOMPreference", kKernelDecides),
    row("MemoryPressureWatch", kKernelDecides),
    row("MemoryPressureThresholdSec", kKernelDecides),
    row("TimeoutCleanSec", kFolders),
    row("StateDirectoryAccounting", kFolders),
    row("StateDirectoryQuota", kFolders),
    row("CacheDirectoryAccounting", kFolders),
    row("CacheDirectoryQuota", kFolders),
    row("LogsDirectoryAccounting", kFolders),
    row("LogsDirectoryQuota", kFolders),
    row("BindPaths", kMachine, Weight::essential),
    row("BindReadOnlyPaths", kMachine, Weight::essential),
    row("TemporaryFileSystem", kMachine, Weight::essential),
    row("RootImage", kMachine, Weight::essential),
    row("RootImageOptions", kMachine, Weight::essential),
    row("RootHash", kMachine, Weight::essential),
    row("RootHashSignature", kMachine, Weight::essential),
    row("RootVerity", kMachine, Weight::essential),
    row("RootEphemeral", kMachine, Weight::essential),
    row("RootImagePolicy", kMachine, Weight::essential),
    row("MountImages", kMachine, Weight::essential),
    row("ExtensionImages", kMachine, Weight::essential),
    row("ExtensionDirectories", kMachine, Weight::essential),
    row("MountImagePolicy", kMachine, Weight::essential),
    row("ExtensionImagePolicy", kMachine, Weight::essential),
    row("RootMStack", kMachine, Weight::essential),
    row("NetworkNamespacePath", kNamespaces, Weight::essential),
    row("IPCNamespacePath", kNamespaces, Weight::essential),
    row("TTYPath", kTerminal, Weight::essential),
    row("TTYReset", kTerminal, Weight::essential),
    row("TTYVHangup", kTerminal, Weight::essential),
    row("TTYVTDisallocate", kTerminal, Weight::essential),
    row("TTYRows", kTerminal, Weight::essential),
    row("TTYColumns", kTerminal, Weight::essential),
    row("StandardInputText", kInput, Weight::essential),
    row("StandardInputData", kInput, Weight::essential),
};

}  // namespace

std::span<const UnitRow> systemd_sandbox_rows() { return kRows; }

}  // namespace sup::imports
