#include "ctl/overview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "ctl/watch.hpp"

namespace sup::ctl {
namespace {

struct Step {
  std::string command;
  std::string_view why;
};

// The first service of this status; empty if there is none.
std::string first_that_is(const wire::StatusReply& reply, std::string_view status) {
  const auto found = std::ranges::find(reply.services, status, &wire::ServiceStatus::status);
  return found == reply.services.end() ? std::string() : found->name;
}

std::vector<Step> steps_for(const wire::StatusReply& reply) {
  if (reply.services.empty() && reply.scales.empty())
    return {{"ctl schema --template", "a definition to begin with, for the directory of the configuration"},
            {"ctl run -- COMMAND", "a service without a definition"}};
  std::vector<Step> out;
  if (const std::string name = first_that_is(reply, "failed"); !name.empty()) {
    out.push_back({"ctl explain " + name, "why it failed"});
    out.push_back({"ctl logs " + name, "what it wrote"});
    out.push_back({"ctl restart " + name, "once that is mended"});
  } else if (const std::string changing = first_that_is(reply, "changing"); !changing.empty()) {
    out.push_back({"ctl explain " + changing, "what it waits for"});
    out.push_back({"ctl status --watch", "stay and watch"});
  } else if (const std::string up = first_that_is(reply, "up"); !up.empty()) {
    out.push_back({"ctl logs -f " + up, "what it writes"});
    out.push_back({"ctl restart " + up, "stop it and start it"});
  }
  if (const std::string down = first_that_is(reply, "down"); !down.empty())
    out.push_back({"ctl start " + down, "it is down"});
  out.push_back({"ctl top", "watch and act on the whole screen"});
  return out;
}

}  // namespace

std::string next_steps(const wire::StatusReply& reply) {
  std::vector<Step> steps = steps_for(reply);
  steps.push_back({"ctl --help", "all verbs"});
  std::string out;
  std::size_t column = 0;
  for (const Step& step : steps) column = std::max(column, display_width(step.command));
  for (const Step& step : steps) out += fmt::format("  {:<{}}  {}\n", step.command, column, step.why);
  return out;
}

int run_overview(Context& context) {
  Asker asker(context);
  const auto reply = ask_status(asker, context);
  if (!reply) {
    const int code = report(context, reply.error());
    note(context, "try 'ctl --help'");
    return code;
  }
  context.out.write(reply->services.empty() && reply->scales.empty() ? "no services\n" : status_text(context, *reply));
  context.out.write("\n" + styled("next:", Style::faint, context.out.paint()) + "\n");
  context.out.write(styled(next_steps(*reply), Style::faint, context.out.paint()));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
