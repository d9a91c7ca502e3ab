// `ctl top` without a terminal: which rows there are, and what keys do.
#include "ctl/top_rows.hpp"
#include "ctl/top_screen.hpp"
#include "ctl/top_view.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::ctl;

namespace {

constexpr std::size_t kPage = 3;

void add(TopSample& sample, const std::string& name, const std::string& status, std::int64_t pid = 0,
         std::int64_t cpu_ms = 0, std::optional<std::string> parent = std::nullopt) {
  wire::ServiceStatus service;
  service.name = name;
  service.status = status;
  service.state = status == "up" ? "running" : "stopped";
  sample.status.services.push_back(service);
  wire::TreeService tree;
  tree.service = name;
  tree.parent = parent;
  if (pid != 0) {
    tree.processes.emplace_back();
    tree.processes.back().pid = pid;
    tree.processes.back().cpu_ms = cpu_ms;
    tree.processes.back().memory = 1000 * pid;
  }
  sample.tree.services.push_back(tree);
}

TopSample family() {
  TopSample sample;
  add(sample, "api", "up", 10, 0, "web");
  add(sample, "app", "up", 20);
  add(sample, "db", "failed");
  add(sample, "web", "up", 30, 0, "app");
  return sample;
}

std::vector<std::string> names(const std::vector<TopRow>& rows) {
  std::vector<std::string> out;
  for (const TopRow& row : rows) out.push_back(std::string(row.depth, '-') + row.name);
  return out;
}

std::vector<std::string> ordered(const TopSample& sample, TopOrder order, std::string_view filter = "") {
  CpuMeter meter;
  meter.take(sample);
  return names(top_rows(sample, meter, order, filter));
}

TopView shown(TopSample sample) {
  TopView view(TopOrder::name);
  view.show(std::move(sample));
  return view;
}

std::optional<TopDeed> type(TopView& view, std::string_view keys) {
  std::optional<TopDeed> deed;
  for (const char c : keys) {
    const KeyPress press = c == '\n'     ? KeyPress{TopKey::enter}
                           : c == '\x1b' ? KeyPress{TopKey::escape}
                                         : KeyPress{TopKey::character, c};
    deed = view.press(press, kPage);
  }
  return deed;
}

}  // namespace

TEST_CASE("children stand below their parents, in each other order all stand alone", "[ctl][top]") {
  REQUIRE(ordered(family(), TopOrder::tree) == std::vector<std::string>{"app", "-web", "--api", "db"});
  REQUIRE(ordered(family(), TopOrder::name) == std::vector<std::string>{"api", "app", "db", "web"});
  REQUIRE(ordered(family(), TopOrder::state) == std::vector<std::string>{"db", "api", "app", "web"});
  REQUIRE(ordered(family(), TopOrder::memory) == std::vector<std::string>{"web", "app", "api", "db"});
}

TEST_CASE("a service whose parent is not shown, and one that nobody has told of yet, are shown all the same",
          "[ctl][top]") {
  TopSample sample;
  add(sample, "api", "up", 10, 0, "elsewhere");
  add(sample, "new", "up", 20);
  sample.tree.services.pop_back();
  REQUIRE(ordered(sample, TopOrder::tree) == std::vector<std::string>{"api", "new"});
  sample.status.services.clear();
  REQUIRE(ordered(sample, TopOrder::tree).empty());
}

TEST_CASE("the filter is a part of the name or of the state", "[ctl][top]") {
  REQUIRE(ordered(family(), TopOrder::name, "ap") == std::vector<std::string>{"api", "app"});
  REQUIRE(ordered(family(), TopOrder::name, "stopp") == std::vector<std::string>{"db"});
  REQUIRE(ordered(family(), TopOrder::name, "zzz").empty());
}

TEST_CASE("CPU is what was used between two looks", "[ctl][top]") {
  CpuMeter meter;
  TopSample sample;
  add(sample, "web", "up", 10, 100);
  add(sample, "idle", "failed");
  sample.taken = Instant{std::chrono::seconds{10}};
  meter.take(sample);
  REQUIRE_FALSE(meter.percent("web"));
  sample.taken += std::chrono::seconds{2};
  sample.tree.services[0].processes[0].cpu_ms = 1100;
  meter.take(sample);
  REQUIRE(*meter.percent("web") == 50.0);
  REQUIRE_FALSE(meter.percent("idle"));
  // The same pid with less is another process; all of it is new.
  sample.taken += std::chrono::seconds{1};
  sample.tree.services[0].processes[0].cpu_ms = 200;
  meter.take(sample);
  REQUIRE(*meter.percent("web") == 20.0);
}

TEST_CASE("the cursor stays at its service when others come, and within what there is", "[ctl][top]") {
  TopView view = shown(family());
  type(view, "jj");
  REQUIRE(view.selected()->name == "db");
  TopSample more = family();
  add(more, "aaa", "up", 40);
  view.show(more);
  REQUIRE(view.selected()->name == "db");
  type(view, "G");
  REQUIRE(view.selected()->name == "web");
  type(view, "j");
  REQUIRE(view.selected()->name == "web");
  view.show({});
  REQUIRE(view.selected() == nullptr);
  REQUIRE_FALSE(type(view, "tjkgGs"));
}

TEST_CASE("the list is moved so that the cursor is in it, without empty rows at its end", "[ctl][top]") {
  TopView view = shown(family());
  type(view, "G");
  view.fit(kPage);
  REQUIRE(view.first() == 1);
  type(view, "g");
  view.fit(kPage);
  REQUIRE(view.first() == 0);
  type(view, "G");
  view.fit(kPage);
  view.fit(100);
  REQUIRE(view.first() == 0);
  view.fit(0);
}

TEST_CASE("what ends something is asked first", "[ctl][top]") {
  TopView view = shown(family());
  for (const auto& [key, verb] :
       {std::pair{"t", wire::Verb::stop}, {"r", wire::Verb::restart}, {"K", wire::Verb::kill}}) {
    REQUIRE_FALSE(type(view, key));
    REQUIRE(view.mode() == TopMode::confirm);
    REQUIRE(view.prompt().find("api? y") != std::string::npos);
    const auto deed = type(view, "y");
    REQUIRE(deed);
    REQUIRE(deed->verb == verb);
    REQUIRE(deed->service == "api");
    type(view, key);
    REQUIRE_FALSE(type(view, "n"));
    REQUIRE(view.mode() == TopMode::list);
  }
  REQUIRE(type(view, "s")->verb == wire::Verb::start);
}

TEST_CASE("a deed is about the service that was asked about, wherever the cursor is by then", "[ctl][top]") {
  TopView view = shown(family());
  type(view, "t");
  TopSample other;
  add(other, "zzz", "up", 1);
  view.show(other);
  REQUIRE(type(view, "y")->service == "api");
}

TEST_CASE("a signal is typed, and sent if it is one", "[ctl][top]") {
  TopView view = shown(family());
  const auto deed = type(view, "iUSR1\n");
  REQUIRE(deed);
  REQUIRE(deed->verb == wire::Verb::signal);
  REQUIRE(deed->signal == "USR1");
  REQUIRE_FALSE(type(view, "iNONE\n"));
  REQUIRE(view.message().find("NONE") != std::string::npos);
  REQUIRE_FALSE(type(view, "i\n"));
  REQUIRE_FALSE(type(view, "iHUP\x1b"));
  REQUIRE(view.mode() == TopMode::list);
}

TEST_CASE("the filter is typed, kept by Enter, and taken back by Esc", "[ctl][top]") {
  TopView view = shown(family());
  type(view, "/ap");
  REQUIRE(names(view.rows()) == std::vector<std::string>{"api", "app"});
  REQUIRE_FALSE(view.press({TopKey::backspace}, kPage));
  REQUIRE(view.filter() == "a");
  type(view, "p\n");
  REQUIRE(view.mode() == TopMode::list);
  REQUIRE(view.rows().size() == 2);
  type(view, "\x1b");
  REQUIRE(view.rows().size() == 4);
}

TEST_CASE("a paused list stays as it is", "[ctl][top]") {
  TopView view = shown(family());
  type(view, "p");
  view.show({});
  REQUIRE(view.rows().size() == 4);
  type(view, "p");
  REQUIRE(view.rows().empty());
}

TEST_CASE("orders come round, the log is shown and hidden, the help goes by any key, and q leaves", "[ctl][top]") {
  TopView view = shown(family());
  type(view, "O");
  REQUIRE(view.order() == TopOrder::tree);
  type(view, "O");
  REQUIRE(view.order() == kTopOrderLast);
  type(view, "o");
  REQUIRE(view.order() == TopOrder::tree);
  type(view, "l");
  REQUIRE_FALSE(view.shows_logs());
  type(view, "?q");
  REQUIRE_FALSE(view.wants_quit());
  type(view, "q");
  REQUIRE(view.wants_quit());
}

TEST_CASE("the screen is shared in every size", "[ctl][top]") {
  for (std::size_t rows = 1; rows < 100; ++rows) {
    const TopLayout layout = top_layout(rows, true);
    const std::size_t log = layout.log_rows > 0 ? layout.log_rows + 1 : 0;
    REQUIRE(layout.list_rows + log + 3 <= std::max<std::size_t>(rows, 3));
  }
  REQUIRE(top_layout(24, true).list_rows == 13);
  REQUIRE(top_layout(24, false).list_rows == 21);
  REQUIRE(top_layout(24, false).log_rows == 0);
}

TEST_CASE("each order that --sort offers is one", "[ctl][top]") {
  const wire::ParamRow* sort = wire::find_param(wire::command(wire::Verb::top), "sort");
  REQUIRE(sort->choices.size() == static_cast<std::size_t>(kTopOrderLast) + 1);
  for (const std::string_view name : sort->choices) REQUIRE(order_name(order_named(name)) == name);
}
