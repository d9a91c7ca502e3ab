#include "ctl/render_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/exit_status.hpp"
#include "base/text.hpp"
#include "ctl/context.hpp"
#include "ctl/render_table.hpp"
#include "sys/child.hpp"

namespace sup::ctl {
namespace {

using wire::ServiceScale;
using wire::ServiceStatus;

constexpr std::array<std::string_view, 7> kTitles = {"NAME", "STATE", "SINCE", "PID", "RESTARTS", "READY", "CAUSE"};

std::string restarts_text(const ServiceStatus& service) {
  std::string text = fmt::format("{}", service.restarts);
  if (service.restarts_max) text += fmt::format("/{}", *service.restarts_max);
  if (service.next_try_ms) text += fmt::format(", next try in {}", human_ms(*service.next_try_ms));
  return text;
}

// "TERM sent 3 s ago, KILL in 7 s"; empty while it does not stop.
std::string stop_text(const ServiceStatus& service) {
  const std::string ago = service.stop_told_ms_ago ? human_ms(*service.stop_told_ms_ago) : "";
  std::string text;
  if (service.stop_signal) text = fmt::format("{} sent {} ago", *service.stop_signal, ago);
  if (service.stop_command) text = fmt::format("{} began {} ago", visible(*service.stop_command), ago);
  if (!service.kill_in_ms) return text;
  return text + fmt::format("{}KILL in {}", text.empty() ? "" : ", ", human_ms(*service.kill_in_ms));
}

// A table has no room for the PATH in which a program was not found; the details and `ctl explain` have.
std::string brief(std::string cause) {
  const std::size_t begin = cause.find(sys::kNotInPath);
  if (begin == std::string::npos) return cause;
  const std::size_t open = begin + sys::kNotInPath.size();
  const std::size_t close = cause.find(')', open);
  if (!cause.substr(open).starts_with(" (") || close == std::string::npos) return cause;
  return cause.erase(open, close + 1 - open);
}

constexpr std::string_view kStale = "stale configuration (restart pending)";

std::string cause_cell(const ServiceStatus& service) {
  const std::string stop = stop_text(service);
  const auto words = [&] {
    if (service.cause.empty()) return stop.empty() ? visible(service.says.value_or("")) : stop;
    return stop.empty() ? brief(service.cause) : fmt::format("{}; {}", stop, brief(service.cause));
  };
  const std::string text = words();
  if (!service.stale) return text;
  return text.empty() ? std::string(kStale) : fmt::format("{}; {}", kStale, text);
}

TableRow table_row(const ServiceStatus& service) {
  const bool is_idle = service.status == "down";
  return {{service.name},
          {service.state, style_of_status(service.status)},
          {human_ms(service.since_ms_ago)},
          {service.pid ? fmt::format("{}", *service.pid) : "-"},
          {restarts_text(service)},
          {service.ready ? "yes" : (is_idle ? "-" : "no")},
          {cause_cell(service)}};
}

// "3 -> 5 (override)"; nothing where it is as the settings say.
std::string override_text(const ServiceScale& scale) { return scale.is_override ? scale_text(scale) : ""; }

std::string_view status_of(const ServiceScale& scale) {
  if (scale.instances == 0) return "down";
  return scale.up == scale.instances ? "up" : "changing";
}

// All instances together.
TableRow group_row(const ServiceScale& scale) {
  return {{scale.service},
          {fmt::format("{}/{} up", scale.up, scale.instances), style_of_status(status_of(scale))},
          {"-"},
          {"-"},
          {"-"},
          {"-"},
          {override_text(scale)}};
}

// "worker" of "worker@2".
std::string_view service_of(std::string_view name) { return name.substr(0, name.find('@')); }

void add_detail(std::vector<TableRow>& rows, std::string_view key, std::string value) {
  if (!value.empty()) rows.push_back({{fmt::format("  {}", key), Style::faint}, {std::move(value)}});
}

std::string run_text(const ServiceStatus& service) {
  if (service.run == 0) return "never";
  std::string text = fmt::format("{}", service.run);
  if (service.invocation_id) text += fmt::format(", invocation {}", *service.invocation_id);
  return text;
}

std::string last_end_text(const ServiceStatus& service) {
  if (service.exit_code) return fmt::format("exit {}", *service.exit_code);
  if (service.exit_signal) return ExitStatus{0, static_cast<int>(*service.exit_signal), false}.text();
  return {};
}

// "healthy, probed at 2026-01-01 12:00:00", "unhealthy, 3 failures, probed at ...: timed out".
std::string health_text(const ServiceStatus& service) {
  std::string text = service.health.value_or("");
  const auto failures = static_cast<std::uint64_t>(service.probe_failures.value_or(0));
  if (failures > 0) text += fmt::format(", {}", counted(failures, "failure"));
  if (service.probed) text += fmt::format(", probed at {}", local_time(*service.probed));
  if (service.probe_failure) text += fmt::format(": {}", *service.probe_failure);
  return text;
}

std::string dropped_text(const ServiceStatus& service) {
  if (!service.dropped_lines) return {};
  return fmt::format("{} ({}) not written", counted(static_cast<std::uint64_t>(*service.dropped_lines), "line"),
                     human_size(static_cast<std::uint64_t>(service.dropped_bytes.value_or(0))));
}

std::string enabled_text(const ServiceStatus& service) {
  const std::string text = service.enabled_by ? choice_text({service.enabled, service.chosen_by, service.chosen})
                           : service.enabled  ? "enabled"
                                              : "not enabled";
  return service.left_out ? fmt::format("{}, left out ({})", text, *service.left_out) : text;
}

std::vector<TableRow> details(const ServiceStatus& service) {
  std::vector<TableRow> rows;
  add_detail(rows, "description", service.description.value_or(""));
  add_detail(rows, "since", fmt::format("{} ({})", local_time(service.since), human_ms(service.since_ms_ago)));
  add_detail(rows, "cause", service.cause);
  add_detail(rows, "says", visible(service.says.value_or("")));
  add_detail(rows, "goal", fmt::format("{}, {}", service.goal, service.ready ? "ready" : "not ready"));
  add_detail(rows, "health", health_text(service));
  add_detail(rows, "type",
             fmt::format("{}, {}", service.type, service.transient ? "transient" : enabled_text(service)));
  add_detail(rows, "pid", service.pid ? fmt::format("{}", *service.pid) : "");
  add_detail(rows, "run", run_text(service));
  add_detail(rows, "last end", last_end_text(service));
  add_detail(rows, "restarts",
             fmt::format("{}; {} since supervisord started", restarts_text(service), service.restarts_total));
  add_detail(rows, "log", dropped_text(service));
  if (service.stored_fds)
    add_detail(rows, "stored", counted(static_cast<std::uint64_t>(*service.stored_fds), "descriptor"));
  if (service.stale) add_detail(rows, "definition", "an earlier one: its next start takes the one in force");
  add_detail(rows, "set by ctl", fmt::format("{}", fmt::join(service.overrides, ", ")));
  add_detail(rows, "requires", fmt::format("{}", fmt::join(service.requires_, " ")));
  return rows;
}

// Services, and in front of the instances of one what they are together.
std::vector<TableRow> table_rows(std::span<const ServiceStatus> services, std::span<const ServiceScale> scales) {
  std::vector<TableRow> rows;
  rows.reserve(services.size() + scales.size());
  auto scale = scales.begin();
  std::string_view group;
  for (const ServiceStatus& service : services) {
    const std::string_view of = service_of(service.name);
    for (; scale != scales.end() && scale->service <= of; ++scale) {
      rows.push_back(group_row(*scale));
      group = scale->service;
    }
    rows.push_back(table_row(service));
    if (of == group) rows.back()[0].text.insert(0, "  ");
  }
  for (; scale != scales.end(); ++scale) rows.push_back(group_row(*scale));
  return rows;
}

}  // namespace

std::string choice_text(const Choice& choice) {
  std::string out = choice.enabled ? "enabled (ctl enable" : "not enabled (ctl disable";
  if (choice.by) out += fmt::format(" by {}", visible(*choice.by));
  if (choice.at) out += fmt::format(", {}", local_time(*choice.at));
  return out + ")";
}

Style style_of_status(std::string_view status) {
  if (status == "up") return Style::good;
  if (status == "changing") return Style::busy;
  if (status == "failed") return Style::bad;
  return Style::faint;
}

std::string scale_text(const ServiceScale& scale) {
  if (!scale.is_override) return fmt::format("{}", scale.instances);
  return fmt::format("{} → {} (override)", scale.configured, scale.instances);
}

std::string render_status_table(std::span<const ServiceStatus> services, std::optional<unsigned> width, Paint paint,
                                std::span<const ServiceScale> scales) {
  return render_table(kTitles, table_rows(services, scales), width, paint);
}

std::string render_hosts_table(std::span<const HostStatus> hosts, std::optional<unsigned> width, Paint paint) {
  std::vector<std::string_view> titles{"HOST"};
  titles.insert(titles.end(), kTitles.begin(), kTitles.end());
  std::vector<TableRow> rows;
  for (const HostStatus& host : hosts)
    for (TableRow& row : table_rows(host.status.services, host.status.scales)) {
      row.insert(row.begin(), Cell{host.host});
      rows.push_back(std::move(row));
    }
  return render_table(titles, rows, width, paint);
}

std::string render_status_details(std::span<const ServiceStatus> services, Paint paint,
                                  std::span<const ServiceScale> scales) {
  std::string out;
  for (const ServiceStatus& service : services) {
    if (!out.empty()) out += '\n';
    const std::string stop = stop_text(service);
    out += fmt::format("{}: {}{}\n", styled(service.name, Style::title, paint),
                       styled(service.state, style_of_status(service.status), paint),
                       stop.empty() ? "" : fmt::format(" ({})", stop));
    std::vector<TableRow> rows = details(service);
    const auto scale = std::ranges::find(scales, service_of(service.name), &ServiceScale::service);
    if (scale != scales.end()) add_detail(rows, "instances", fmt::format("{}, {} up", scale_text(*scale), scale->up));
    out += render_table({}, rows, std::nullopt, paint);
  }
  return out;
}

std::string render_not_up(const ServiceStatus& service) {
  const std::string cause = service.cause.empty() ? "" : fmt::format(": {}", service.cause);
  return fmt::format("{}: {}{}", service.name, service.state, visible(cause));
}

}  // namespace sup::ctl
