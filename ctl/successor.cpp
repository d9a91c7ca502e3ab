#include "ctl/successor.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/check.hpp"
#include "sys/clock.hpp"

namespace sup::ctl {
namespace {

std::optional<Instant> deadline_of(const Context& context, Patience patience) {
  if (const auto deadline = context.deadline()) return deadline;
  if (patience == Patience::for_an_answer) return sys::monotonic_now() + kAnswerTimeout;
  return std::nullopt;
}

// What a verb does that may not be asked again, as people would ask about it.
std::string fate_text(const Context& context) {
  constexpr std::string_view kBefore = "supervisord died before it answered";
  const wire::Verb verb = context.call.row->verb;
  const wire::Arguments& arguments = context.call.arguments;
  if (verb == wire::Verb::signal)
    return fmt::format("{}: whether {} was sent is not known", kBefore, arguments.text("signal"));
  if (verb == wire::Verb::exec)
    return fmt::format("{}: the command is killed if it had begun; how it ended is not known", kBefore);
  if (verb == wire::Verb::attach)
    return fmt::format("supervisord was restarted: {0} goes on; `ctl attach {0}` attaches again",
                       arguments.text("name"));
  if (verb == wire::Verb::run)
    return fmt::format("{}: whether the command was begun is not known; if so it goes on, see `ctl status`", kBefore);
  if (verb == wire::Verb::test_hook)
    return fmt::format("{}: `ctl status` and its log tell what becomes of the command", kBefore);
  return fmt::format("{}: whether {} was done is not known", kBefore, context.call.row->name);
}

}  // namespace

Again again(wire::Verb verb) {
  using enum wire::Verb;
  switch (verb) {
    case start:
    case restart:
    case reload:
    case kill: return Again::change;
    case wire::Verb::signal:
    case exec:
    case attach:
    case run:
    case confirm:
    case test_hook:
    case reexec: return Again::never;
    case stop:  // What is down is stopped already, and so on.
    case pause:
    case resume:
    case scale:
    case set:
    case enable:
    case disable:
    case clean:
    case log_level:
    case shutdown:
    case poweroff:
    case reboot:
    case halt:
    case status:
    case wait:
    case logs:
    case events:
    case show:
    case env:
    case explain:
    case graph:
    case blame:
    case critical_chain:
    case plot:
    case tree:
    case features:
    case plan:
    case apply:  // What is in force already is not applied again.
    case health:
    case version:
    case ping:
    case check:
    case completion:
    case explain_key:
    case format_files:
    case top:
    case import_foreign:
    case cat:
    case edit:
    case new_definition:
    case schema: return Again::harmless;
  }
  check_failed("every verb is known");
}

OrFailure<Client> await_successor(const Context& context, const Client& lost, Patience patience, const Failure& why) {
  Instant give_up = sys::monotonic_now() + kSuccessorPatience;
  if (const auto deadline = context.deadline()) give_up = std::min(give_up, *deadline);
  while (true) {
    auto client = Client::connect(context.socket);
    if (!client || !client->is_at_socket_of(lost)) {
      Failure last = why;
      last.is_over = !client && client.error().code == ExitCode::no_daemon;
      return std::unexpected(std::move(last));
    }
    client->set_deadline(give_up);
    client->trust();
    const auto version = client->ask<wire::VersionReply>(wire::command(wire::Verb::version), {});
    if (version) {
      if (lost.manager() == version->manager) return std::unexpected(why);
      client->know_manager(version->manager);
      client->set_pastime(context.while_waiting);
      if (patience == Patience::while_read) client->watch_reader(STDOUT_FILENO);
      client->set_deadline(deadline_of(context, patience));
      return client;
    }
    if (version.error().code == ExitCode::timed_out && context.deadline() != give_up)
      return failure(ExitCode::failed, fmt::format("{}, and no other answers", why.text));
    if (!version.error().is_lost) return std::unexpected(version.error());
    // That one has ended, too, or it was the last: the socket tells.
    if (sys::monotonic_now() >= give_up) return std::unexpected(why);
  }
}

OrFailure<Client> go_on(Context& context, const Client& lost, Patience patience, const Failure& why) {
  if (again(context.call.row->verb) == Again::never) return std::unexpected(fate_unknown(context, lost, why));
  auto client = await_successor(context, lost, patience, why);
  if (client) note(context, "ctl: supervisord was restarted; going on");
  return client;
}

Failure fate_unknown(const Context& context, const Client& lost, const Failure& why) {
  const auto successor = await_successor(context, lost, Patience::for_an_answer, why);
  return successor ? Failure{ExitCode::failed, fate_text(context)} : successor.error();
}

OrFailure<> Asker::provide() {
  if (client_) {
    client_->set_deadline(deadline_of(context_, Patience::for_an_answer));
    return {};
  }
  auto client = connect(context_, Patience::for_an_answer);
  if (!client) return std::unexpected(std::move(client).error());
  client_ = *std::move(client);
  return {};
}

OrFailure<> Asker::go_on(const Failure& why) {
  auto client = ctl::go_on(context_, *client_, Patience::for_an_answer, why);
  if (!client) return std::unexpected(std::move(client).error());
  client_ = *std::move(client);
  return {};
}

OrFailure<> Stream::begin() {
  if (client_) return {};
  auto client = connect(context_, patience_);
  if (!client) return std::unexpected(std::move(client).error());
  client_ = *std::move(client);
  return call();
}

OrFailure<> Stream::begin_anew() {
  client_.reset();
  return begin();
}

OrFailure<> Stream::go_on(const Failure& why) {
  auto client = ctl::go_on(context_, *client_, patience_, why);
  if (!client) return std::unexpected(std::move(client).error());
  client_ = *std::move(client);
  return call();
}

OrFailure<> Stream::call() {
  if (deadline_) client_->set_deadline(deadline_);
  return client_->call(row_, arguments_(), wire::More::yes);
}

void Stream::set_deadline(Instant deadline) {
  deadline_ = deadline;
  if (client_) client_->set_deadline(deadline_);
}

}  // namespace sup::ctl
