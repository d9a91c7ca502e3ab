// `ctl top`: the loop between the terminal, supervisord and signals.
#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/text.hpp"
#include "ctl/successor.hpp"
#include "ctl/top_link.hpp"
#include "ctl/top_screen.hpp"
#include "ctl/top_view.hpp"
#include "ctl/verbs.hpp"
#include "sys/signals.hpp"

namespace sup::ctl {
namespace {

constexpr std::array kAwaited = {Signal{SIGINT}, Signal{SIGTERM}, Signal{SIGHUP}, Signal{SIGQUIT}, Signal{SIGWINCH}};

class Top {
 public:
  Top(Context& context, TopScreen& screen, TopLink& link, const UniqueFd& signals)
      : screen_(screen), link_(link), signals_(signals), view_(order_named(context.call.arguments.text("sort"))) {}

  // The signal that ended it; 0: the user left.
  int run() {
    while (true) {
      const TopLayout layout = screen_.layout(view_);
      view_.fit(layout.list_rows);
      const TopRow* selected = view_.selected();
      link_.want_log(selected == nullptr ? "" : selected->name, layout.log_rows);
      screen_.draw(view_, selected != nullptr && selected->name == log_.service ? log_.lines : kNoLines, trouble_);
      std::array<pollfd, 3> waited{{{STDIN_FILENO, POLLIN, 0}, {signals_.get(), POLLIN, 0}, {link_.fd(), POLLIN, 0}}};
      if (::poll(waited.data(), waited.size(), -1) < 0 && errno != EINTR) return SIGABRT;
      if (waited[1].revents != 0)
        if (const int ending = take_signals(); ending != 0) return ending;
      if ((waited[0].revents & (POLLHUP | POLLERR)) != 0) return SIGHUP;
      if (waited[0].revents != 0) take_keys(layout.list_rows);
      if (view_.wants_quit()) return 0;
      if (waited[2].revents != 0) take_news();
    }
  }

 private:
  int take_signals() {
    std::array<sys::SignalRecord, 8> records;
    const auto count = sys::read_signals(signals_, records);
    for (const sys::SignalRecord& record : std::span(records).first(count.value_or(0))) {
      if (record.signal.number != SIGWINCH) return record.signal.number;
      screen_.resize();
    }
    return 0;
  }

  void take_keys(std::size_t page) {
    while (const auto press = screen_.key())
      if (auto deed = view_.press(*press, page)) link_.ask(*std::move(deed));
  }

  void take_news() {
    TopNews news = link_.take();
    for (std::string& answer : news.answers) view_.tell(std::move(answer));
    if (news.sample) view_.show(*std::move(news.sample));
    if (news.log && !view_.is_paused()) log_ = *std::move(news.log);
    // Only a look tells whether there is trouble; answers alone say nothing about it.
    if (news.trouble || news.sample) trouble_ = std::move(news.trouble);
  }

  static inline const std::vector<std::string> kNoLines;
  TopScreen& screen_;
  TopLink& link_;
  const UniqueFd& signals_;
  TopView view_;
  TopLog log_;
  std::optional<std::string> trouble_;
};

// Ends by the signal, so that who started us sees what it was.
int end_by(int signal) {
  std::signal(signal, SIG_DFL);
  sys::set_signal_mask({});
  ::raise(signal);
  return 128 + signal;
}

int run_on_screen(Context& context, Duration delay) {
  auto signals = sys::make_signalfd(kAwaited);
  if (!signals) return report(context, {ExitCode::failed, signals.error().what});
  int ending = 0;
  {
    auto screen = TopScreen::open(context.call.colors);
    if (!screen) return report(context, screen.error());
    const auto names = context.call.arguments.texts("names");
    TopLink link(context, {names.begin(), names.end()}, delay);
    ending = Top(context, *screen, link, *signals).run();
  }
  return ending == 0 ? code_of(ExitCode::done) : end_by(ending);
}

}  // namespace

int run_top(Context& context) {
  const std::chrono::milliseconds delay{context.call.arguments.integer("delay").value_or(0)};
  // A first answer, so that what is wrong is said where it can be read.
  wire::Arguments named;
  if (const auto names = context.call.arguments.texts("names"); !names.empty())
    named.set("names", std::vector<std::string>(names.begin(), names.end()));
  const auto reply = Asker(context).ask<wire::StatusReply>(wire::command(wire::Verb::status), named);
  if (!reply) return report(context, reply.error());
  sys::SignalSet blocked = sys::signal_mask();
  for (const Signal signal : kAwaited) blocked.add(signal.number);
  const sys::SignalSet before = sys::signal_mask();
  sys::set_signal_mask(blocked);
  const int code = run_on_screen(context, delay);
  sys::set_signal_mask(before);
  return code;
}

}  // namespace sup::ctl
