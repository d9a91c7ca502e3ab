// What every verb is handed, and the steps that verbs share.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "ctl/client.hpp"
#include "ctl/field_template.hpp"
#include "ctl/output.hpp"
#include "ctl/parse.hpp"

namespace sup::ctl {

struct Context {
  const Invocation& call;
  Sink& out;
  Sink& err;
  std::string socket;                        // The path to connect to.
  Instant began;                             // When ctl started: --timeout counts from here.
  std::optional<FieldTemplate> fields = {};  // Of --format.
  Pastime while_waiting = {};                // Of clients that connect() makes from now on.

  [[nodiscard]] bool is_quiet() const { return call.verbosity == Verbosity::quiet; }
  [[nodiscard]] bool is_verbose() const { return call.verbosity == Verbosity::verbose; }
  // JSON, or what --format makes of it: print_json() does either.
  [[nodiscard]] bool wants_json() const { return call.format != Format::text; }
  [[nodiscard]] bool shows_progress() const { return is_verbose() || (err.is_terminal() && !is_quiet()); }
  [[nodiscard]] std::optional<Instant> deadline() const;  // Of --timeout.
};

// How long a call waits for replies: --timeout, else for ever, for ever as long as somebody reads what we write, or
// kAnswerTimeout.
enum class Patience : std::uint8_t { endless, while_read, for_an_answer };

// A connection with the deadline set.
[[nodiscard]] OrFailure<Client> connect(const Context& context, Patience patience);

// Prints "ctl: ..." on standard error; returns the exit code. A reader that went away (ExitCode::done) is no failure.
int report(Context& context, const Failure& failure);
// Prints one line on standard error unless --quiet.
void note(Context& context, std::string_view text);

// Tells that a stream has ended in order: supervisord gives it its final reply when it has shut down, and only then.
void note_shut_down(Context& context);
// A follower's end where a manager had died, and supervisord was shut down before the next one was asked.
int end_unheard(Context& context);

[[nodiscard]] constexpr int code_of(ExitCode code) { return static_cast<int>(code); }

// What --json prints of a reply, or --format.
[[nodiscard]] std::string data_text(const Context& context, std::string json);

// Prints the reply as JSON on one line, or its records by the template of --format.
template <wire::MessageStruct T>
void print_json(Context& context, const T& message) {
  context.out.write(data_text(context, wire::to_json(message)));
}

// Now, as messages tell moments.
[[nodiscard]] std::int64_t wall_ms();
// How far back a millisecond duration of a message reads for people: "3 min 5 s".
[[nodiscard]] std::string human_ms(std::int64_t milliseconds);
// A Unix millisecond time in local time: "2025-01-31 13:45:07.123".
[[nodiscard]] std::string local_time(std::int64_t unix_ms);

}  // namespace sup::ctl
