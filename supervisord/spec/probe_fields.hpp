// The settings of probes and of health: one row each.
#pragma once

#include <tuple>

#include "spec/fields.hpp"
#include "spec/probe_spec.hpp"

namespace sup {

// HOST:PORT, see parse_endpoint; the host an address.
struct EndpointText {};
// A URL, see parse_http_url; the host an address.
struct HttpUrlText {};
// A regular expression, see regex/pattern.hpp.
struct RegexText {};

inline constexpr std::uint32_t kMaxProbeCount = 1'000;

template <>
struct Fields<HttpProbe> {
  static constexpr auto kRows = std::make_tuple(
      Field{"url", &HttpProbe::url, OnChange::next_start, "\"http://127.0.0.1:8080/health\"",
            "What is asked for, with GET. The host is an address or localhost; redirects are not followed.",
            HttpUrlText{}},
      Field{"status", &HttpProbe::status, OnChange::next_start, "[200, \"3xx\"]",
            "The statuses that count as success: a number, a class such as \"2xx\", or a list of these."},
      Field{"body", &HttpProbe::body, OnChange::next_start, "\"status: ok\"",
            "What has to be in the first 64 KiB of the answer's body. Default: the body is not looked at.", NotEmpty{}},
      Field{"unix", &HttpProbe::unix_, OnChange::next_start, "\"/run/web.sock\"",
            "The Unix socket to ask, instead of the host in the URL.", AbsolutePath{}});
};
static_assert(kEveryMemberHasARow<HttpProbe>, "every member of HttpProbe needs a row");
template <>
inline constexpr std::string_view kShorthandKey<HttpProbe> = "url";

// The rows of ProbeSpec for a table that derives from it.
template <class Spec>
consteval auto probe_rows(OnChange on_change) {
  return std::make_tuple(
      Field<Spec, std::string, EndpointText>{
          "tcp", &Spec::tcp, on_change, "\"127.0.0.1:5432\"",
          "It accepts a connection at HOST:PORT. The host is an address or localhost; \":PORT\" is localhost, too."},
      Field<Spec, std::string, AbsolutePath>{"unix", &Spec::unix_, on_change, "\"/run/web.sock\"",
                                             "It accepts a connection at this Unix socket."},
      Field<Spec, Rare<HttpProbe>>{"http", &Spec::http, on_change, "\"http://127.0.0.1:8080/health\"",
                                   "It answers a request with success; a text stands for `http.url`."},
      Field<Spec, Command>{"exec", &Spec::exec, on_change, "[\"pg_isready\", \"-q\"]",
                           "This command exits with 0. It runs with the service's attributes and MAINPID in its "
                           "environment; after its time it is killed with all that it has made."},
      Field<Spec, std::string, AbsolutePath>{"file", &Spec::file, on_change, "\"/run/web/ready\"",
                                             "This file exists."});
}

template <>
struct Fields<ProbeSpec> {
  static constexpr auto kRows = probe_rows<ProbeSpec>(OnChange::next_start);
};
static_assert(kEveryMemberHasARow<ProbeSpec>, "every member of ProbeSpec needs a row");

template <>
struct Fields<HealthSpec> {
  using Base = ProbeSpec;
  static constexpr std::int64_t kMillisecond = 1'000'000;
  static constexpr std::int64_t kDay = 24 * 3600 * 1'000 * kMillisecond;
  static constexpr auto kRows = std::tuple_cat(
      probe_rows<HealthSpec>(OnChange::next_start),
      std::make_tuple(
          Field{"interval", &HealthSpec::interval, OnChange::live, "\"10s\"",
                "How long after one probe the next begins. Until the first success within start-grace at most a "
                "second.",
                Range{100 * kMillisecond, kDay}},
          Field{"timeout", &HealthSpec::timeout, OnChange::live, "\"2s\"", "A probe that takes longer has failed.",
                Range{10 * kMillisecond, kDay}},
          Field{"failures", &HealthSpec::failures, OnChange::live, "3", "So many failures in a row make it unhealthy.",
                Range{1, kMaxProbeCount}},
          Field{"successes", &HealthSpec::successes, OnChange::live, "1", "So many successes in a row make it healthy.",
                Range{1, kMaxProbeCount}},
          Field{"start-grace", &HealthSpec::start_grace, OnChange::live, "\"1m\"",
                "For so long after the service has become ready failures do not count; the first success ends this.",
                Range{0, kDay}},
          Field{"action", &HealthSpec::action, OnChange::live, "\"stop\"",
                "What happens when it has become unhealthy."}));
};
static_assert(kEveryMemberHasARow<HealthSpec>, "every member of HealthSpec needs a row");

}  // namespace sup
