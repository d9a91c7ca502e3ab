// When a manager dies under a question: the guard keeps the socket, and the next manager answers there. Who was asked
// is gone, what was asked stays (DESIGN.md, "A supervisord that may die").
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "ctl/context.hpp"

namespace sup::ctl {

// How long to wait for a manager that answers: longer than the longest pause of the guard between two.
inline constexpr Duration kSuccessorPatience = std::chrono::seconds{10};

// What may become of a call whose answer did not come.
enum class Again : std::uint8_t {
  harmless,  // Asked twice is the same as asked once.
  change,    // Carried out once; the history tells whether it was.
  never,     // Nobody can tell whether it was carried out.
};
[[nodiscard]] Again again(wire::Verb verb);

// Connects again, and waits until another manager answers than `lost` was connected to. Fails with `why` where there is
// none: nobody listens any more, the socket is another supervisord's, or the one that was there answers still. Says
// nothing to people.
[[nodiscard]] OrFailure<Client> await_successor(const Context& context, const Client& lost, Patience patience,
                                                const Failure& why);
// The same, and tells people that it goes on. Fails, too, if the verb may not be asked again.
[[nodiscard]] OrFailure<Client> go_on(Context& context, const Client& lost, Patience patience, const Failure& why);

// What is not known when a verb was lost that may not be asked again; `why` where supervisord is gone for good.
[[nodiscard]] Failure fate_unknown(const Context& context, const Client& lost, const Failure& why);

// A connection that outlives managers: what is asked of one that dies is asked of the next.
class Asker {
 public:
  explicit Asker(Context& context) : context_(context) {}
  template <wire::MessageStruct T>
  [[nodiscard]] OrFailure<T> ask(const wire::CommandRow& row, const wire::Arguments& arguments);
  // Connects, if that was not done yet; ask() does it, too.
  [[nodiscard]] OrFailure<> provide();

 private:
  [[nodiscard]] OrFailure<> go_on(const Failure& why);

  Context& context_;
  std::optional<Client> client_;
};

// The replies to one call over the deaths of managers. `arguments` tells what to ask of the first, and then what to ask
// of the next so that nothing comes twice.
class Stream {
 public:
  using ToAsk = std::function<wire::Arguments()>;
  Stream(Context& context, const wire::CommandRow& row, Patience patience, ToAsk arguments)
      : context_(context), row_(row), patience_(patience), arguments_(std::move(arguments)) {}

  // Connects and asks, if that was not done yet.
  [[nodiscard]] OrFailure<> begin();
  // Asks anew, for something else.
  [[nodiscard]] OrFailure<> begin_anew();
  template <wire::MessageStruct T>
  [[nodiscard]] OrFailure<Client::Received<T>> next();
  // Of waiting, instead of that of --timeout.
  void set_deadline(Instant deadline);

 private:
  [[nodiscard]] OrFailure<> go_on(const Failure& why);
  [[nodiscard]] OrFailure<> call();

  Context& context_;
  const wire::CommandRow& row_;
  Patience patience_;
  ToAsk arguments_;
  std::optional<Instant> deadline_;
  std::optional<Client> client_;
};

// Asks for the one reply of the verb.
template <wire::MessageStruct T>
[[nodiscard]] OrFailure<T> ask(Context& context) {
  return Asker(context).ask<T>(*context.call.row, context.call.arguments);
}

template <wire::MessageStruct T>
OrFailure<T> Asker::ask(const wire::CommandRow& row, const wire::Arguments& arguments) {
  if (auto there = provide(); !there) return std::unexpected(std::move(there).error());
  while (true) {
    auto reply = client_->ask<T>(row, arguments);
    if (reply || !reply.error().is_lost) return reply;
    if (auto on = go_on(reply.error()); !on) return std::unexpected(std::move(on).error());
  }
}

template <wire::MessageStruct T>
OrFailure<Client::Received<T>> Stream::next() {
  if (auto begun = begin(); !begun) return std::unexpected(std::move(begun).error());
  while (true) {
    auto reply = client_->next<T>();
    if (reply || !reply.error().is_lost) return reply;
    if (auto on = go_on(reply.error()); !on) return std::unexpected(std::move(on).error());
  }
}

}  // namespace sup::ctl
