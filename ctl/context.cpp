#include "ctl/context.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <ctime>

#include "base/text.hpp"
#include "sys/clock.hpp"
#include "wire/record_shape.hpp"

namespace sup::ctl {

std::optional<Instant> Context::deadline() const {
  if (!call.timeout) return std::nullopt;
  return began + *call.timeout;
}

OrFailure<Client> connect(const Context& context, Patience patience) {
  auto client = Client::connect(context.socket);
  if (!client) return client;
  client->set_pastime(context.while_waiting);
  if (patience == Patience::while_read) client->watch_reader(STDOUT_FILENO);
  if (const auto deadline = context.deadline())
    client->set_deadline(deadline);
  else if (patience == Patience::for_an_answer)
    client->set_deadline(sys::monotonic_now() + kAnswerTimeout);
  return client;
}

std::string data_text(const Context& context, std::string json) {
  if (!context.fields) return std::move(json) + "\n";
  return context.fields->lines(json, wire::record_shape(*context.call.row).list);
}

int report(Context& context, const Failure& failure) {
  if (failure.code == ExitCode::done) return code_of(ExitCode::done);
  context.out.flush();  // So that what was said before comes before, if both go to one terminal.
  context.err.write(fmt::format("ctl: {}\n", failure.text));
  context.err.flush();
  return code_of(failure.code);
}

void note(Context& context, std::string_view text) {
  if (context.is_quiet()) return;
  context.out.flush();
  context.err.write(fmt::format("{}\n", text));
  context.err.flush();
}

void note_shut_down(Context& context) { note(context, "ctl: supervisord has shut down"); }

int end_unheard(Context& context) {
  note(context, "ctl: supervisord has shut down; what came last may be missing");
  return code_of(ExitCode::done);
}

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(sys::wall_now().time_since_epoch()).count();
}

std::string human_ms(std::int64_t milliseconds) { return human_duration(std::chrono::milliseconds{milliseconds}); }

std::string local_time(std::int64_t unix_ms) {
  const std::time_t seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec, unix_ms % 1000);
}

}  // namespace sup::ctl
