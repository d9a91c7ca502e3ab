#include "ctl/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/check.hpp"
#include "config/paths.hpp"
#include "ctl/explain_key.hpp"
#include "ctl/find_verb.hpp"
#include "ctl/help.hpp"
#include "ctl/offered_names.hpp"
#include "ctl/output_schema.hpp"
#include "ctl/pager.hpp"
#include "ctl/remote.hpp"
#include "ctl/verbs.hpp"
#include "sys/clock.hpp"
#include "sys/env.hpp"
#include "wire/interface.hpp"
#include "wire/record_shape.hpp"

namespace sup::ctl {
namespace {

// --socket, else SUPERVISORD_SOCKET, else where supervisord would put it without a configuration.
Result<std::string> socket_path(const std::string& given) {
  if (!given.empty()) return given;
  if (auto named = sys::environment_variable("SUPERVISORD_SOCKET"); named && !named->empty()) return *std::move(named);
  return socket_of(DaemonSpec{}, this_process());
}

int print_answer(const Answer& answer) {
  Sink sink(answer.code == ExitCode::done ? STDOUT_FILENO : STDERR_FILENO, ColorWish::never);
  sink.write(answer.text);
  sink.flush();
  return code_of(answer.code);
}

// The exit code, unless the data could not be written: a full disk is a failure, a reader that went away is not.
int finish(Context& context, int code) {
  const bool is_long = context.out.is_held() && is_longer_than_screen(context.out.buffered(), STDOUT_FILENO);
  context.err.flush();
  if (is_long && page(context.out.buffered())) context.out.drop();
  context.out.release();
  context.out.flush();
  const int error = context.out.write_error();
  if (error == 0) return code;
  return report(context, {ExitCode::failed, fmt::format("cannot write to standard output: {}", errno_text(error))});
}

bool needs_socket(const wire::CommandRow& row) { return !row.method.empty() || row.verb == wire::Verb::top; }

// Works on files, but on those of the supervisord that answers, if one does.
bool may_use_socket(const wire::CommandRow& row) {
  return row.verb == wire::Verb::cat || row.verb == wire::Verb::edit || row.verb == wire::Verb::new_definition;
}

// Whether all that is printed can be shown at the end, by a pager. What stays and watches prints as it comes, and what
// acts on services says what becomes of them.
bool may_be_paged(const Invocation& call) {
  using wire::HelpGroup;
  if (call.pager == PagerWish::never || call.row->verb == wire::Verb::top) return false;
  if (call.row->group != HelpGroup::insight && call.row->group != HelpGroup::files) return false;
  return !call.arguments.flag("follow") && !call.arguments.flag("watch");
}

bool is_at_terminal() { return sys::is_a_tty(STDIN_FILENO) && sys::is_a_tty(STDOUT_FILENO); }

// The template of --format, before anything is done.
std::expected<std::optional<FieldTemplate>, Failure> fields_of(const Invocation& call) {
  if (call.format != Format::fields) return std::nullopt;
  std::vector<std::string_view> fields = wire::record_shape(*call.row).fields;
  if (!call.hosts.empty()) fields.emplace_back("host");
  auto parsed = FieldTemplate::parse(call.fields, fields);
  if (!parsed) return std::unexpected(Failure{ExitCode::usage, fmt::format("--format: {}", parsed.error())});
  return *std::move(parsed);
}

int run_parsed(const Invocation& call, Instant began, int (*verb)(Context&)) {
  Sink out(STDOUT_FILENO, call.colors);
  Sink err(STDERR_FILENO, call.colors);
  Context context{call, out, err, {}, began};
  auto fields = fields_of(call);
  if (!fields) return report(context, fields.error());
  context.fields = *std::move(fields);
  if (out.is_terminal() && may_be_paged(call)) out.hold();
  if (!call.hosts.empty()) return finish(context, run_on_hosts(context));
  if (needs_socket(*call.row) || may_use_socket(*call.row)) {
    auto path = socket_path(call.socket);
    if (!path && may_use_socket(*call.row)) path = std::string();
    if (!path) return report(context, {ExitCode::usage, path.error().what});
    context.socket = *std::move(path);
  }
  return finish(context, verb(context));
}

// Where there is no verb, and somebody at a terminal who may want to know what there is.
int run_without_verb(std::span<const std::string> words, Instant began) {
  std::vector<std::string> with_verb(words.begin(), words.end());
  with_verb.emplace_back("status");
  const auto invocation = parse(with_verb);
  return invocation ? run_parsed(*invocation, began, run_overview) : print_answer(invocation.error());
}

}  // namespace

int run_verb(Context& context) {
  using wire::Verb;
  switch (context.call.row->verb) {
    case Verb::status: return run_status(context);
    case Verb::start:
    case Verb::stop:
    case Verb::restart:
    case Verb::reload:
    case Verb::kill:
    case Verb::pause:
    case Verb::resume:
    case Verb::scale: return run_change(context);
    case Verb::signal: return run_signal(context);
    case Verb::wait: return run_wait(context);
    case Verb::logs: return run_logs(context);
    case Verb::events: return run_events(context);
    case Verb::test_hook: return run_test_hook(context);
    case Verb::show: return run_show(context);
    case Verb::env: return run_env(context);
    case Verb::explain: return run_explain(context);
    case Verb::graph: return run_graph(context);
    case Verb::blame:
    case Verb::critical_chain:
    case Verb::plot: return run_start_times(context);
    case Verb::set: return run_set(context);
    case Verb::enable:
    case Verb::disable: return run_enable(context);
    case Verb::clean: return run_clean(context);
    case Verb::exec: return run_exec(context);
    case Verb::attach: return run_attach(context);
    case Verb::run: return run_transient(context);
    case Verb::tree: return run_tree(context);
    case Verb::features: return run_features(context);
    case Verb::plan: return run_plan(context);
    case Verb::apply: return run_apply(context);
    case Verb::confirm: return run_confirm(context);
    case Verb::health: return run_health(context);
    case Verb::check: return run_check(context);
    case Verb::version: return run_version(context);
    case Verb::log_level: return run_log_level(context);
    case Verb::ping: return run_ping(context);
    case Verb::shutdown:
    case Verb::poweroff:
    case Verb::reboot:
    case Verb::halt: return run_shutdown(context);
    case Verb::reexec: return run_reexec(context);
    case Verb::completion: return run_completion(context);
    case Verb::schema: return run_schema(context);
    case Verb::explain_key: return run_explain_key(context);
    case Verb::format_files: return run_format(context);
    case Verb::top: return run_top(context);
    case Verb::import_foreign: return run_import(context);
    case Verb::cat: return run_cat(context);
    case Verb::edit: return run_edit(context);
    case Verb::new_definition: return run_new(context);
  }
  check_failed("every verb can be run");
}

int run(std::span<const std::string> words) {
  const Instant began = sys::monotonic_now();
  if (!words.empty() && words.front().starts_with("__")) return run_hidden(words);
  const auto invocation = parse(words);
  if (!invocation && invocation.error().lacks_verb && is_at_terminal()) return run_without_verb(words, began);
  return invocation ? run_parsed(*invocation, began, run_verb) : print_answer(invocation.error());
}

namespace {

// The value of --socket among words that are perhaps not finished yet.
std::string socket_among(std::span<const std::string> words) {
  constexpr std::string_view kOption = "--socket";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == kOption && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with(kOption) && words[i].size() > kOption.size() && words[i][kOption.size()] == '=')
      return words[i].substr(kOption.size() + 1);
  }
  return {};
}

// Those of other hosts are not asked for: ssh is too slow, and may want a password.
bool is_elsewhere(std::span<const std::string> words) {
  return std::ranges::any_of(
      words, [](const std::string& word) { return word.starts_with("--host") || word.starts_with("-H"); });
}

// Names only; silence when supervisord cannot be asked: completion must not print errors into a command line.
// `words` begin with the program's name.
std::string names_for(std::span<const std::string> words) {
  constexpr Duration kPatience = std::chrono::seconds{1};
  if (!words.empty()) words = words.subspan(1);
  const std::size_t at = find_verb(words);
  const wire::CommandRow* row = at < words.size() ? wire::find_command(words[at]) : nullptr;
  const auto path = socket_path(socket_among(words));
  if (!path || is_elsewhere(words)) return {};
  auto client = Client::connect(*path);
  if (!client) return {};
  client->set_deadline(sys::monotonic_now() + kPatience);
  const auto reply = client->ask<wire::StatusReply>(wire::command(wire::Verb::status), {});
  return reply ? offered_names(row != nullptr ? row->verb : wire::Verb::status, *reply) : std::string();
}

}  // namespace

int run_hidden(std::span<const std::string> words) {
  const std::string what = words.size() > 1 ? words[1] : "";
  if (words.front() == "__complete" && what == "services")
    return print_answer({ExitCode::done, names_for(words.subspan(2))});
  if (words.front() == "__complete" && what == "settings") return print_answer({ExitCode::done, all_keys()});
  if (words.front() == "__reference" && what == "ctl") return print_answer({ExitCode::done, reference_page()});
  if (words.front() == "__reference" && what == "interface")
    return print_answer({ExitCode::done, wire::interface_description()});
  if (words.front() == "__reference" && what == "methods") return print_answer({ExitCode::done, wire::methods_table()});
  if (words.front() == "__reference" && what == "output") return print_answer({ExitCode::done, output_schema()});
  return print_answer({ExitCode::usage, "ctl: unknown verb\n"});
}

}  // namespace sup::ctl
