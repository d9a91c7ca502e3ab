// Texts of ctl: tables, changes, waits, explanations.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ctl/change.hpp"
#include "ctl/completion.hpp"
#include "ctl/explain.hpp"
#include "ctl/help.hpp"
#include "ctl/render_event.hpp"
#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"
#include "ctl/wait.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::ctl;

namespace {

wire::ServiceStatus service(std::string name, std::string state, std::string status) {
  wire::ServiceStatus out;
  out.name = std::move(name);
  out.state = std::move(state);
  out.status = std::move(status);
  out.goal = out.status == "down" ? "down" : "up";
  out.type = "simple";
  out.ready = out.status == "up";
  return out;
}

std::vector<wire::ServiceStatus> some_services() {
  auto db = service("db", "running", "up");
  db.pid = 412;
  db.since_ms_ago = 185'000;
  db.run = 1;
  auto flaky = service("flaky-worker", "backoff", "changing");
  flaky.since_ms_ago = 1'000;
  flaky.restarts = 3;
  flaky.restarts_max = 5;
  flaky.next_try_ms = 4'000;
  flaky.cause = "exit 3";
  flaky.exit_code = 3;
  auto old = service("old", "stopped", "down");
  auto web = service("web", "failed", "failed");
  web.cause = "working-dir '/srv/x': No such file or directory";
  return {db, flaky, old, web};
}

}  // namespace

TEST_CASE("what stops says what it was told and when KILL follows", "[ctl][render]") {
  auto web = service("web", "stopping", "changing");
  web.stop_signal = "TERM";
  web.stop_told_ms_ago = 3'000;
  web.kill_in_ms = 7'000;
  const auto details = [&] { return render_status_details(std::array{web}, Paint::off); };
  REQUIRE(details().starts_with("web: stopping (TERM sent 3.0 s ago, KILL in 7.0 s)\n"));
  web.cause = "exit 1";
  REQUIRE(
      render_status_table(std::array{web}, {}, Paint::off).ends_with("  TERM sent 3.0 s ago, KILL in 7.0 s; exit 1\n"));
  web.stop_signal.reset();
  web.stop_command = "/usr/sbin/drain";
  REQUIRE(details().starts_with("web: stopping (/usr/sbin/drain began 3.0 s ago, KILL in 7.0 s)\n"));
  web.stop_command.reset();
  web.stop_told_ms_ago.reset();
  REQUIRE(details().starts_with("web: stopping (KILL in 7.0 s)\n"));
}

TEST_CASE("the status table is as wide as its content", "[ctl][render]") {
  REQUIRE(render_status_table(some_services(), {}, Paint::off) ==
          "NAME          STATE    SINCE      PID  RESTARTS                READY  CAUSE\n"
          "db            running  3 min 5 s  412  0                       yes\n"
          "flaky-worker  backoff  1.0 s      -    3/5, next try in 4.0 s  no     exit 3\n"
          "old           stopped  0 s        -    0                       -\n"
          "web           failed   0 s        -    0                       no     working-dir '/srv/x': No "
          "such file or directory\n");
}

TEST_CASE("on a terminal the cause is cut to the width, but never away", "[ctl][render]") {
  const std::string text = render_status_table(some_services(), 90, Paint::off);
  REQUIRE(text.find("no     working-dir '/srv...\n") != std::string::npos);
  const std::string narrow = render_status_table(some_services(), 20, Paint::off);
  REQUIRE(narrow.find("no     working-d...\n") != std::string::npos);
}

TEST_CASE("a table leaves out the PATH that was searched, the details show it", "[ctl][render]") {
  auto web = service("web", "failed", "failed");
  web.cause = "dependency db failed (command 'x': not found in PATH (/bin:/usr/bin)); gave up";
  REQUIRE(render_status_table(std::vector{web}, {}, Paint::off)
              .ends_with("  dependency db failed (command 'x': not found in PATH); gave up\n"));
  REQUIRE(render_status_details(std::vector{web}, Paint::off).find("in PATH (/bin:/usr/bin)") != std::string::npos);
}

TEST_CASE("a signal has its name in the details, too", "[ctl][render]") {
  auto web = service("web", "stopped", "down");
  web.exit_signal = 9;
  REQUIRE(render_status_details(std::vector{web}, Paint::off).find("last end  signal KILL") != std::string::npos);
}

TEST_CASE("a table of no services is its title", "[ctl][render]") {
  REQUIRE(render_status_table({}, {}, Paint::off) == "NAME  STATE  SINCE  PID  RESTARTS  READY  CAUSE\n");
}

TEST_CASE("colours do not move columns, and hostile text reaches no terminal", "[ctl][render]") {
  const std::vector<TableRow> rows = {{{"a", Style::good}, {"x\x1b[2Jy"}}, {{"bcd"}, {"é\n"}}};
  REQUIRE(render_table({}, rows, {}, Paint::off) == "a    x\\x1b[2Jy\nbcd  é\\x0a\n");
  REQUIRE(render_table({}, rows, {}, Paint::on) == "\x1b[32ma\x1b[0m    x\\x1b[2Jy\nbcd  é\\x0a\n");
  REQUIRE(terminal_safe("a\tb\x1b[1;31mred\x1b[0m\x1b[2J\x07\r") ==
          "a\tb\x1b[1;31mred\x1b[0m\\x1b[2J\\x07\\x0d\x1b[0m");
  REQUIRE(display_width("wörld €") == 7);
}

TEST_CASE("details say all that is known", "[ctl][render]") {
  auto flaky = some_services()[1];
  flaky.requires_ = {"db", "cache"};
  flaky.description = "works sometimes";
  const std::string text = render_status_details(std::vector{flaky}, Paint::off);
  REQUIRE(text.starts_with("flaky-worker: backoff\n"));
  for (const std::string_view line :
       {"  description  works sometimes\n", "  cause        exit 3\n", "  run          never\n",
        "  last end     exit 3\n", "  restarts     3/5, next try in 4.0 s; 0 since supervisord started\n",
        "  requires     db cache\n"}) {
    INFO(text);
    REQUIRE(text.find(line) != std::string::npos);
  }
}

TEST_CASE("a change is told as the way it went", "[ctl][render]") {
  ChangePaths paths;
  paths.add({"web", "running", "stopping", "asked", 0});
  paths.add({"db", "stopped", "starting", "asked", 0});
  paths.add({"web", "stopping", "starting", "it has ended", 700});
  paths.add({"web", "starting", "running", "executed", 1'200});
  REQUIRE(paths.result_line({"web", "done", "running", "", 1'200, {}}) ==
          "web: running -> stopping -> starting -> running (1.2 s)");
  REQUIRE(paths.result_line({"cache", "done", "running", "", 0, {}}) == "cache: running");
  REQUIRE(paths.result_line({"web", "done", "running", "", 0, {}}).ends_with("-> running (<1 ms)"));
  REQUIRE(paths.result_line({"web", "done", "running", "", 3, {}, "db"}).ends_with(" (3 ms), because it requires db"));
  paths.add({"once", "starting", "running", "", 0});
  paths.add({"once", "running", "completed", "", 0});
  REQUIRE(paths.result_line({"once", "done", "running", "", 2, {}}) == "once: starting -> running -> completed (2 ms)");
  REQUIRE(paths.result_line({"cache", "accepted", "waiting", "", 0, {}}) == "cache: accepted");
  REQUIRE(paths.result_line({"db", "cancelled", "starting", "", 50, {}}).find("cancelled") != std::string::npos);
}

TEST_CASE("a failed start shows the reason and the last lines", "[ctl][render]") {
  REQUIRE(failure_lines("start", {"web", "failed", "failed", "exit 3", 20, {"bind: in use", "bye\x07"}}) ==
          "ctl: cannot start web: exit 3\n  web | bind: in use\n  web | bye\\x07\n");
  REQUIRE(failure_lines("start", {"web", "cancelled", "stopping", "somebody stopped it", 20, {}}) ==
          "ctl: start of web was cancelled: somebody stopped it\n");
}

TEST_CASE("waiting for the exit gives the service's own code", "[ctl][wait]") {
  using wire::WaitReply;
  using wire::WaitState;
  const auto exited = [](std::optional<std::int64_t> code, std::optional<std::int64_t> signal) {
    return WaitState{"web", true, false, "stopped", "", code, signal};
  };
  REQUIRE(wait_exit_code("exited", {true, true, {exited(0, {})}}) == 0);
  REQUIRE(wait_exit_code("exited", {true, true, {exited(7, {})}}) == 7);
  REQUIRE(wait_exit_code("exited", {true, true, {exited({}, 9)}}) == 137);
  REQUIRE(wait_exit_code("exited", {true, true, {exited({}, {})}}) == 1);
  REQUIRE(wait_exit_code("exited", {true, true, {exited(0, {}), exited(5, {})}}) == 5);
  REQUIRE(wait_exit_code("stopped", {true, true, {exited(7, {})}}) == 0);
  REQUIRE(wait_exit_code("ready", {true, false, {exited(0, {})}}) == 1);
}

TEST_CASE("what is missing is listed with its state", "[ctl][wait]") {
  REQUIRE(missing_services({false,
                            false,
                            {{"db", true, false, "running", "", {}, {}},
                             {"web", false, false, "backoff", "exit 3", {}, {}}}}) == "\n  web: backoff: exit 3");
}

TEST_CASE("events are lines", "[ctl][render]") {
  wire::EventRecord event;
  event.seq = 12;
  event.kind = "state";
  event.service = "web";
  event.from = "running";
  event.to = "backoff";
  event.why = "it died";
  event.cause = "exit 3";
  const std::string line = render_event(event, Paint::off);
  REQUIRE(line.starts_with("#12 19"));
  REQUIRE(line.ends_with(" web: running -> backoff: it died (exit 3)\n"));
}

TEST_CASE("an explanation is told in order", "[ctl][render]") {
  wire::ExplainReply reply{"web", "waiting", "up", {"It waits until db is ready."}, {"db"}, {"db"}, {}, {"exit 3"},
                           {},    {},        {}};
  reply.policy.push_back({.exit_code = 1,
                          .exit_signal = {},
                          .success = false,
                          .action = "restart after 2 s",
                          .state = {},
                          .restart_in_ms = {},
                          .attempts_left = {},
                          .stops = {}});
  REQUIRE(render_explanation(reply, Paint::off) ==
          "web: waiting, goal up\n"
          "  It waits until db is ready.\n"
          "Waits for: db\n"
          "Would stop with: db\n"
          "Last ends: exit 3\n"
          "If it ends:\n"
          "  exit 1  failure  restart after 2 s\n");
}

TEST_CASE("completion scripts know every verb and option", "[ctl][completion]") {
  for (const std::string& script : {bash_completion(), zsh_completion(), fish_completion()})
    for (const wire::CommandRow& row : wire::commands()) {
      INFO(row.name);
      REQUIRE(script.find(row.name) != std::string::npos);
      for (const wire::ParamRow& param : row.params)
        for (const std::string_view spelling : spellings(param))
          REQUIRE(script.find(spelling.substr(spelling.find_first_not_of('-'))) != std::string::npos);
      REQUIRE(script.find("ctl __complete services") != std::string::npos);
    }
}

TEST_CASE("docs/ctl.md is the reference page", "[ctl][docs]") {
  // If this fails: ctl __reference ctl > docs/ctl.md
  const auto root = std::filesystem::path(SUP_SOURCE_DIR);
  std::ifstream file(root / "docs" / "ctl.md");
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  REQUIRE(text.str() == reference_page());
}

TEST_CASE("the instances of a service stand below a row for all of them", "[ctl][render]") {
  const std::vector services = {service("db", "running", "up"), service("web@1", "running", "up"),
                                service("web@2", "starting", "changing")};
  const std::vector<wire::ServiceScale> scales = {{"idle", 1, 0, 0, true}, {"web", 3, 2, 1, true}};
  REQUIRE(render_status_table(services, {}, Paint::off, scales) ==
          "NAME     STATE     SINCE  PID  RESTARTS  READY  CAUSE\n"
          "db       running   0 s    -    0         yes\n"
          "idle     0/0 up    -      -    -         -      1 → 0 (override)\n"
          "web      1/2 up    -      -    -         -      3 → 2 (override)\n"
          "  web@1  running   0 s    -    0         yes\n"
          "  web@2  starting  0 s    -    0         no\n");
  REQUIRE(render_status_details(services, Paint::off, scales).find("instances  3 → 2 (override), 1 up") !=
          std::string::npos);
  REQUIRE(scale_text({"web", 3, 3, 3, false}) == "3");
}
