// The messages of io.supervisord: what replies carry, as plain structs. Their member rows are in message_tables.hpp.
//
// Times are Unix milliseconds, durations are milliseconds. States, goals and other words of supervisord travel as text,
// so that a client may show a word that it does not know yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wire/graph_messages.hpp"
#include "wire/health_messages.hpp"
#include "wire/message_rows.hpp"
#include "wire/plan_messages.hpp"
#include "wire/show_messages.hpp"

namespace sup::wire {

// The version of the messages. It grows when a client of the older version could misread them; new members do not
// count.
inline constexpr std::int64_t kProtocolVersion = 1;

struct ServiceStatus {
  std::string name;
  std::string state;
  std::string status;
  std::string goal;
  std::optional<std::int64_t> pid;
  std::int64_t since = 0;
  std::int64_t since_ms_ago = 0;
  std::int64_t run = 0;
  std::optional<std::string> invocation_id;
  std::int64_t restarts = 0;
  std::int64_t restarts_total = 0;
  std::optional<std::int64_t> restarts_max;
  std::optional<std::int64_t> next_try_ms;
  std::optional<std::string> stop_signal;
  std::optional<std::string> stop_command;
  std::optional<std::int64_t> stop_told_ms_ago;
  std::optional<std::int64_t> kill_in_ms;
  bool ready = false;
  std::string cause;
  std::optional<std::string> says;
  std::optional<std::int64_t> exit_code;
  std::optional<std::int64_t> exit_signal;
  std::optional<std::string> health;
  std::optional<std::int64_t> probe_failures;
  std::optional<std::int64_t> probed;
  std::optional<std::string> probe_failure;
  std::string type;
  bool enabled = false;
  std::optional<std::string> enabled_by;
  std::optional<std::int64_t> chosen;
  std::optional<std::string> chosen_by;
  std::optional<std::string> left_out;
  bool transient = false;
  std::optional<std::string> description;
  std::vector<std::string> requires_;  // "requires" is a keyword of C++.
  std::vector<std::string> overrides;
  std::optional<std::int64_t> dropped_lines;
  std::optional<std::int64_t> dropped_bytes;
  std::optional<std::int64_t> stored_fds;
  bool stale = false;
  friend bool operator==(const ServiceStatus&, const ServiceStatus&) = default;
};

struct DaemonStatus {
  std::int64_t pid = 0;
  std::string version;
  std::int64_t uptime_ms = 0;
  std::string state;
  std::int64_t services = 0;
  std::int64_t up = 0;
  std::int64_t changing = 0;
  std::int64_t down = 0;
  std::int64_t failed = 0;
  std::int64_t event_seq = 0;
  std::optional<std::int64_t> confirm_ms;
  friend bool operator==(const DaemonStatus&, const DaemonStatus&) = default;
};

// How many instances of a service there are, where that is not simply one.
struct ServiceScale {
  std::string service;
  std::int64_t configured = 1;
  std::int64_t instances = 1;
  std::int64_t up = 0;
  bool is_override = false;
  friend bool operator==(const ServiceScale&, const ServiceScale&) = default;
};

// A command that is told of events.
struct HookStatus {
  std::string name;
  std::string state;
  std::optional<std::int64_t> event;
  std::int64_t queued = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::int64_t dropped = 0;
  std::string last_failure;
  friend bool operator==(const HookStatus&, const HookStatus&) = default;
};

struct StatusReply {
  std::int64_t version = kProtocolVersion;
  DaemonStatus daemon;
  std::vector<ServiceStatus> services;
  std::vector<ServiceScale> scales;
  std::vector<std::string> groups;
  std::vector<HookStatus> hooks;
  friend bool operator==(const StatusReply&, const StatusReply&) = default;
};

struct ChangeProgress {
  std::string service;
  std::string from;
  std::string to;
  std::string why;
  std::int64_t elapsed_ms = 0;
  friend bool operator==(const ChangeProgress&, const ChangeProgress&) = default;
};

struct ChangeResult {
  std::string service;
  std::string outcome;
  std::string state;
  std::string cause;
  std::int64_t elapsed_ms = 0;
  std::vector<std::string> last_lines;
  std::optional<std::string> along_with{};
  std::optional<std::string> gives_way_to{};
  friend bool operator==(const ChangeResult&, const ChangeResult&) = default;
};

// Start, Stop, Restart, Kill. With "more": replies with `progress`, then the final one with `results`.
struct ChangeReply {
  std::int64_t change = 0;
  std::optional<ChangeProgress> progress;
  std::vector<ChangeResult> results;
  std::vector<std::string> left_down;
  std::vector<ServiceScale> scales;
  friend bool operator==(const ChangeReply&, const ChangeReply&) = default;
};

struct SignalResult {
  std::string service;
  std::optional<std::int64_t> pid;
  std::optional<std::string> failure;
  friend bool operator==(const SignalResult&, const SignalResult&) = default;
};

struct SignalReply {
  std::vector<SignalResult> results;
  friend bool operator==(const SignalReply&, const SignalReply&) = default;
};

struct WaitState {
  std::string service;
  bool met = false;
  bool impossible = false;
  std::string state;
  std::string cause;
  std::optional<std::int64_t> exit_code;
  std::optional<std::int64_t> exit_signal;
  friend bool operator==(const WaitState&, const WaitState&) = default;
};

// Wait. With "more": first where all services stand, then again whenever that changed; the final reply has `decided`.
struct WaitReply {
  bool decided = false;
  bool met = false;
  std::vector<WaitState> services;
  friend bool operator==(const WaitReply&, const WaitReply&) = default;
};

struct LogRecord {
  std::optional<std::int64_t> time;
  std::string service;
  std::optional<std::string> stream;
  std::optional<std::int64_t> run;
  std::optional<std::string> line;
  std::optional<std::string> line_base64;
  bool truncated = false;
  std::int64_t missed = 0;
  friend bool operator==(const LogRecord&, const LogRecord&) = default;
};

struct LogsReply {
  std::vector<LogRecord> records;
  std::vector<std::string> notes;
  bool caught_up = false;
  friend bool operator==(const LogsReply&, const LogsReply&) = default;
};

struct EventRecord {
  std::int64_t seq = 0;
  std::int64_t time = 0;
  std::string kind;
  std::optional<std::string> service;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::string> why;
  std::optional<std::string> cause;
  std::optional<std::int64_t> exit_code;
  std::optional<std::int64_t> exit_signal;
  std::optional<std::int64_t> pid;
  std::optional<std::int64_t> run;
  std::vector<std::string> last_lines;
  friend bool operator==(const EventRecord&, const EventRecord&) = default;
};

// Events that are not kept any more.
struct EventGap {
  std::string kind = "missed";
  std::int64_t first = 0;
  std::int64_t last = 0;
  friend bool operator==(const EventGap&, const EventGap&) = default;
};

struct EventsReply {
  std::vector<EventRecord> events;
  std::int64_t missed = 0;
  std::optional<EventGap> gap;
  friend bool operator==(const EventsReply&, const EventsReply&) = default;
};

struct SetChange {
  std::string key;
  std::string before;
  std::string after;
  friend bool operator==(const SetChange&, const SetChange&) = default;
};

struct SetReply {
  std::string service;
  std::vector<SetChange> changes;
  std::vector<std::string> overrides;
  std::vector<std::string> warnings;
  friend bool operator==(const SetReply&, const SetReply&) = default;
};

struct ApplyReply {
  PlanReply plan;
  bool applied = false;
  std::optional<ChangeProgress> progress;
  std::vector<ChangeResult> results;
  std::vector<std::string> warnings;
  std::optional<std::int64_t> confirm_ms;
  std::string reverted;
  friend bool operator==(const ApplyReply&, const ApplyReply&) = default;
};

struct ConfirmReply {
  bool reverted = false;
  std::vector<ChangeResult> results;
  std::vector<std::string> warnings;
  friend bool operator==(const ConfirmReply&, const ConfirmReply&) = default;
};

struct EnableResult {
  std::string service;
  bool enabled = false;
  bool before = false;
  friend bool operator==(const EnableResult&, const EnableResult&) = default;
};

// Enable, Disable.
struct EnableReply {
  std::vector<EnableResult> results;
  std::string file;
  friend bool operator==(const EnableReply&, const EnableReply&) = default;
};

struct EnvVariable {
  std::string name;
  std::string value;
  std::string origin;
  bool masked = false;
  bool varies = false;
  friend bool operator==(const EnvVariable&, const EnvVariable&) = default;
};

struct EnvReply {
  std::string service;
  std::vector<EnvVariable> variables;
  friend bool operator==(const EnvReply&, const EnvReply&) = default;
};

// What would follow an end with this code or by this signal.
struct ExitPolicy {
  std::int64_t exit_code = 0;
  std::optional<std::int64_t> exit_signal;
  bool success = false;
  std::string action;
  std::optional<std::string> state;
  std::optional<std::int64_t> restart_in_ms;
  std::optional<std::int64_t> attempts_left;
  std::vector<std::string> stops;
  friend bool operator==(const ExitPolicy&, const ExitPolicy&) = default;
};

struct ExplainReply {
  std::string service;
  std::string state;
  std::string goal;
  std::vector<std::string> reasons;
  std::vector<std::string> waiting_for;
  std::vector<std::string> would_stop_with;
  std::vector<std::string> needed_by;
  std::vector<std::string> last_ends;
  std::optional<std::int64_t> last_failed_run;
  std::vector<std::string> last_lines;
  std::vector<ExitPolicy> policy;
  friend bool operator==(const ExplainReply&, const ExplainReply&) = default;
};

// Exec, and Run. The call comes with three descriptors, a Run if it attaches: standard input, output and error of the
// command.
struct ExecReply {
  std::optional<std::string> service;
  std::optional<std::int64_t> exit_code;
  std::optional<std::int64_t> exit_signal;
  friend bool operator==(const ExecReply&, const ExecReply&) = default;
};

// Attach. The call comes with one descriptor: a stream socket for the output.
struct AttachReply {
  std::string service;
  std::optional<std::int64_t> exit_code;
  std::optional<std::int64_t> exit_signal;
  friend bool operator==(const AttachReply&, const AttachReply&) = default;
};

struct TreeProcess {
  std::int64_t pid = 0;
  std::int64_t parent = 0;
  std::string role;
  std::string user;
  std::string state;
  std::int64_t cpu_ms = 0;
  std::int64_t memory = 0;
  std::string command;
  friend bool operator==(const TreeProcess&, const TreeProcess&) = default;
};

struct TreeService {
  std::string service;
  std::string state;
  std::optional<std::string> parent;
  bool daemon = false;
  std::optional<std::int64_t> run;
  std::optional<std::string> cgroup;
  std::vector<TreeProcess> processes;
  friend bool operator==(const TreeService&, const TreeService&) = default;
};

struct TreeReply {
  std::int64_t pid = 0;
  std::vector<TreeService> services;
  friend bool operator==(const TreeReply&, const TreeReply&) = default;
};

struct Feature {
  std::string name;
  std::string value;
  bool best = true;
  std::string reason;
  friend bool operator==(const Feature&, const Feature&) = default;
};

struct FeaturesReply {
  std::vector<Feature> features;
  friend bool operator==(const FeaturesReply&, const FeaturesReply&) = default;
};

struct VersionReply {
  std::string version;
  std::int64_t protocol = kProtocolVersion;
  std::int64_t pid = 0;
  std::int64_t manager = 0;
  friend bool operator==(const VersionReply&, const VersionReply&) = default;
};

struct ReexecReply {
  std::string program;
  std::string version;
  std::string before;
  std::int64_t manager = 0;
  friend bool operator==(const ReexecReply&, const ReexecReply&) = default;
};

struct LogLevelReply {
  std::string level;
  std::optional<std::string> before;
  friend bool operator==(const LogLevelReply&, const LogLevelReply&) = default;
};

struct PingReply {
  std::int64_t time = 0;
  friend bool operator==(const PingReply&, const PingReply&) = default;
};

// TestHook.
struct TestHookReply {
  std::string hook;
  std::int64_t event = 0;
  std::string outcome;
  std::string failure;
  std::int64_t took_ms = 0;
  friend bool operator==(const TestHookReply&, const TestHookReply&) = default;
};

// Shutdown. The session stays open until the process of supervisord ends, so its end is the end of supervisord.
struct ShutdownReply {
  std::int64_t stopping = 0;
  friend bool operator==(const ShutdownReply&, const ShutdownReply&) = default;
};

// The errors of io.supervisord.
struct NoSuchService {
  std::string name;
  std::optional<std::string> nearest;
  std::optional<std::string> absent;
  friend bool operator==(const NoSuchService&, const NoSuchService&) = default;
};
struct PermissionDenied {
  std::string role;
  std::string needed;
  friend bool operator==(const PermissionDenied&, const PermissionDenied&) = default;
};
struct ShuttingDown {
  std::string reason;
  friend bool operator==(const ShuttingDown&, const ShuttingDown&) = default;
};
struct LimitReached {
  std::string what;
  friend bool operator==(const LimitReached&, const LimitReached&) = default;
};
struct Failed {
  std::string reason;
  friend bool operator==(const Failed&, const Failed&) = default;
};
struct TooSlow {
  std::int64_t missed = 0;
  friend bool operator==(const TooSlow&, const TooSlow&) = default;
};

// The errors of org.varlink.service, see https://varlink.org/Service.
struct InterfaceNotFound {
  std::string interface;
  friend bool operator==(const InterfaceNotFound&, const InterfaceNotFound&) = default;
};
struct MethodNotFound {
  std::string method;
  friend bool operator==(const MethodNotFound&, const MethodNotFound&) = default;
};
struct MethodNotImplemented {
  std::string method;
  friend bool operator==(const MethodNotImplemented&, const MethodNotImplemented&) = default;
};
struct InvalidParameter {
  std::string parameter;
  friend bool operator==(const InvalidParameter&, const InvalidParameter&) = default;
};
struct ExpectedMore {
  friend bool operator==(const ExpectedMore&, const ExpectedMore&) = default;
};

}  // namespace sup::wire
