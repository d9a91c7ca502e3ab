// What a user may say about how a service is asked whether it works: the kinds of probes that readiness and health
// share, and health itself. The rows are in probe_fields.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/enum_names.hpp"
#include "base/time.hpp"
#include "spec/command.hpp"
#include "spec/rare.hpp"

namespace sup {

// The HTTP statuses that count as success. Written as a number, a class such as "2xx", or a list of these.
struct HttpStatuses {
  struct Span {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    friend bool operator==(Span, Span) = default;
  };
  std::vector<Span> spans = {{200, 299}};
  [[nodiscard]] bool contains(unsigned status) const {
    return std::ranges::any_of(spans, [&](Span span) { return span.first <= status && status <= span.last; });
  }
  friend bool operator==(const HttpStatuses&, const HttpStatuses&) = default;
};

struct HttpProbe {
  std::string url;  // See parse_http_url in probe_target.hpp.
  HttpStatuses status;
  std::string body;   // Must be in the answer; empty: whatever it says.
  std::string unix_;  // The socket to connect to, instead of the host in the URL. ("unix" is a macro of gcc.)
  friend bool operator==(const HttpProbe&, const HttpProbe&) = default;
};

// One of these is written, or none.
struct ProbeSpec {
  std::string tcp;    // See parse_endpoint in probe_target.hpp.
  std::string unix_;  // A socket's path.
  Rare<HttpProbe> http;
  Command exec;
  std::string file;
  friend bool operator==(const ProbeSpec&, const ProbeSpec&) = default;
};

enum class ProbeKind : std::uint8_t { none, tcp, unix_, http, exec, file };
template <>
inline constexpr auto kEnumNames<ProbeKind> =
    std::array{EnumName{ProbeKind::none, "none"}, EnumName{ProbeKind::tcp, "tcp"},   EnumName{ProbeKind::unix_, "unix"},
               EnumName{ProbeKind::http, "http"}, EnumName{ProbeKind::exec, "exec"}, EnumName{ProbeKind::file, "file"}};

// Those that are written, in this order; a checked configuration has at most one.
[[nodiscard]] inline std::vector<ProbeKind> probe_kinds(const ProbeSpec& spec) {
  std::vector<ProbeKind> out;
  if (!spec.tcp.empty()) out.push_back(ProbeKind::tcp);
  if (!spec.unix_.empty()) out.push_back(ProbeKind::unix_);
  if (!spec.http->url.empty()) out.push_back(ProbeKind::http);
  if (!spec.exec.argv.empty()) out.push_back(ProbeKind::exec);
  if (!spec.file.empty()) out.push_back(ProbeKind::file);
  return out;
}
[[nodiscard]] inline ProbeKind probe_kind(const ProbeSpec& spec) {
  const std::vector<ProbeKind> kinds = probe_kinds(spec);
  return kinds.empty() ? ProbeKind::none : kinds.front();
}

// Whom it asks, for people: "tcp 127.0.0.1:80", "http://[::1]/", "exec pg_isready".
[[nodiscard]] inline std::string probe_text(const ProbeSpec& spec) {
  switch (probe_kind(spec)) {
    case ProbeKind::tcp: return "tcp " + spec.tcp;
    case ProbeKind::unix_: return "unix " + spec.unix_;
    case ProbeKind::http: return spec.http->url;
    case ProbeKind::exec: return "exec " + spec.exec.argv[0];
    case ProbeKind::file: return "file " + spec.file;
    case ProbeKind::none: break;
  }
  return {};
}

enum class HealthAction : std::uint8_t { restart, stop, shutdown, none };
template <>
inline constexpr auto kEnumNames<HealthAction> = std::array{
    EnumName{HealthAction::restart, "restart",
             "It is stopped, and started again as its restart policy has it after a failure."},
    EnumName{HealthAction::stop, "stop", "It is stopped, and has failed: its restart policy is not asked."},
    EnumName{HealthAction::shutdown, "shutdown", "supervisord stops everything and exits with 1."},
    EnumName{HealthAction::none, "none", "It is shown and logged as unhealthy; nothing else."},
};

// How a running service is asked again and again whether it works.
struct HealthSpec : ProbeSpec {
  Duration interval = std::chrono::seconds{10};
  Duration timeout = std::chrono::seconds{2};
  std::uint32_t failures = 3;
  std::uint32_t successes = 1;
  Duration start_grace = std::chrono::seconds{30};
  HealthAction action = HealthAction::restart;
  friend bool operator==(const HealthSpec&, const HealthSpec&) = default;
};

}  // namespace sup
