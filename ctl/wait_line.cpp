#include "ctl/wait_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <string_view>
#include <utility>
#include <vector>

#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"
#include "sys/clock.hpp"
#include "sys/env.hpp"

namespace sup::ctl {
namespace {

constexpr Duration kFirst = std::chrono::milliseconds{500};  // What is done sooner flickers only.
constexpr Duration kTurn = std::chrono::milliseconds{120};
constexpr Duration kLook = std::chrono::seconds{1};
constexpr Duration kPatience = std::chrono::milliseconds{300};  // For the answer of a look.
constexpr std::string_view kWheel = "|/-\\";
constexpr unsigned kColumns = 80;

bool can_take_lines_back() {
  const auto kind = sys::environment_variable("TERM");
  return kind && !kind->empty() && *kind != "dumb";
}

// What it waits for, with the reason why that is not there yet.
std::string awaited_text(Client& client, const std::string& service) {
  wire::Arguments arguments;
  arguments.set("name", service);
  const auto reply = client.ask<wire::ExplainReply>(wire::command(wire::Verb::explain), arguments);
  return reply && !reply->waiting_for.empty() ? fmt::format("waiting for {}", visible(reply->waiting_for[0]))
                                              : std::string();
}

}  // namespace

WaitLine::WaitLine(Context& context, HasArrived has_arrived)
    : context_(context), has_arrived_(std::move(has_arrived)), began_(sys::monotonic_now()) {
  if (context.err.is_terminal() && context.shows_progress() && !context.wants_json() && can_take_lines_back())
    context.while_waiting = {kTurn, [this] { draw(); }};
}

WaitLine::~WaitLine() {
  context_.while_waiting = {};
  context_.err.take_back_line();
}

void WaitLine::draw() {
  const Instant now = sys::monotonic_now();
  if (now - began_ < kFirst) return;
  if (now - looked_ >= kLook) look();
  if (text_.empty()) return context_.err.take_back_line();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - began_);
  const std::string end = fmt::format(" ({} s)", seconds.count());
  const std::size_t columns = sys::terminal_columns(STDERR_FILENO).value_or(kColumns);
  const std::size_t taken = end.size() + 3;  // The wheel, and the last column, behind which terminals go on below.
  const std::string text = cut_line(text_, columns > taken ? columns - taken : 0);
  context_.err.show_line(fmt::format("{} {}{}", kWheel[turn_++ % kWheel.size()], text, end));
}

void WaitLine::look() {
  looked_ = sys::monotonic_now();
  text_.clear();
  auto client = Client::connect(context_.socket);
  if (!client) return;
  client->set_deadline(looked_ + kPatience);
  wire::Arguments arguments;
  for (const std::string_view name : {std::string_view("names"), wire::kTags})
    if (const auto words = context_.call.arguments.texts(name); !words.empty())
      arguments.set(name, std::vector<std::string>(words.begin(), words.end()));
  const auto status = client->ask<wire::StatusReply>(wire::command(wire::Verb::status), arguments);
  if (!status) return;
  std::vector<const wire::ServiceStatus*> missing;
  for (const wire::ServiceStatus& service : status->services)
    if (!has_arrived_(service)) missing.push_back(&service);
  if (missing.empty()) return;
  const std::string why = missing[0]->state == "waiting" ? awaited_text(*client, missing[0]->name) : std::string();
  text_ = why.empty() ? render_not_up(*missing[0]) : fmt::format("{}: {}", missing[0]->name, why);
  if (missing.size() > 1) text_ += fmt::format(", and {} more", missing.size() - 1);
}

std::string cut_line(std::string text, std::size_t columns) {
  constexpr std::string_view kEnd = "...";
  if (display_width(text) <= columns) return text;
  const auto is_within = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  while (!text.empty() && display_width(text) + kEnd.size() > columns) {
    while (text.size() > 1 && is_within(text.back())) text.pop_back();
    text.pop_back();
  }
  return text.append(kEnd.substr(0, columns));
}

}  // namespace sup::ctl
