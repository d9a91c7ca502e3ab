#include "ctl/top_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/signals.hpp"

namespace sup::ctl {
namespace {

constexpr std::size_t kTypedBytes = 64;  // As much as a name of a service has.

constexpr auto kKeys = std::array{
    TopKeyHelp{"up down j k", "the service above, below"},
    TopKeyHelp{"PgUp PgDn g G", "a page up, down; the first, the last"},
    TopKeyHelp{"s", "start it"},
    TopKeyHelp{"t", "stop it"},
    TopKeyHelp{"r", "restart it"},
    TopKeyHelp{"i", "send it a signal"},
    TopKeyHelp{"K", "KILL to all of its processes"},
    TopKeyHelp{"o O", "the next order, the one before: tree, name, state, cpu, memory, restarts"},
    TopKeyHelp{"/", "only services with this in their name or state; Esc: all again"},
    TopKeyHelp{"l", "show or hide what it wrote"},
    TopKeyHelp{"p", "pause: the screen stays as it is"},
    TopKeyHelp{"q", "leave; services go on"},
};

// Edits one line of typing. True: the key was one for that.
bool type(std::string& text, KeyPress press) {
  if (press.key == TopKey::backspace) {
    if (!text.empty()) text.pop_back();
    return true;
  }
  const bool is_printable = press.key == TopKey::character && press.character > ' ' && press.character < 0x7F;
  if (is_printable && text.size() < kTypedBytes) text += press.character;
  return is_printable;
}

TopOrder next_order(TopOrder order, int step) {
  constexpr int kCount = static_cast<int>(kTopOrderLast) + 1;
  return static_cast<TopOrder>((static_cast<int>(order) + step + kCount) % kCount);
}

}  // namespace

std::span<const TopKeyHelp> top_keys() { return kKeys; }

void TopView::show(TopSample sample) {
  meter_.take(sample);
  sample_ = std::move(sample);
  if (!is_paused_) arrange();
}

void TopView::arrange() {
  if (!sample_) return;
  const std::string at = selected() != nullptr ? selected()->name : "";
  rows_ = top_rows(*sample_, meter_, order_, filter_);
  const auto found = std::ranges::find(rows_, at, &TopRow::name);
  if (found != rows_.end())
    cursor_ = static_cast<std::size_t>(found - rows_.begin());
  else
    cursor_ = std::min(cursor_, rows_.empty() ? 0 : rows_.size() - 1);
}

void TopView::fit(std::size_t page) {
  if (cursor_ < first_) first_ = cursor_;
  if (page > 0 && cursor_ >= first_ + page) first_ = cursor_ - page + 1;
  // No empty rows at the end while there are some above.
  const std::size_t last_first = rows_.size() > page ? rows_.size() - page : 0;
  first_ = std::min(first_, last_first);
}

std::optional<TopDeed> TopView::press(KeyPress press, std::size_t page) {
  message_.clear();
  switch (mode_) {
    case TopMode::list: return press_in_list(press, page);
    case TopMode::filter: press_in_filter(press); return std::nullopt;
    case TopMode::signal: return press_in_signal(press);
    case TopMode::confirm: return answer(press);
    case TopMode::help: mode_ = TopMode::list; return std::nullopt;
  }
  return std::nullopt;
}

void TopView::move(TopKey key, std::size_t page) {
  const std::size_t last = rows_.empty() ? 0 : rows_.size() - 1;
  std::size_t step = std::max<std::size_t>(page, 1);
  if (key == TopKey::up || key == TopKey::down) step = 1;
  if (key == TopKey::home || key == TopKey::end) step = rows_.size();
  const bool is_up = key == TopKey::up || key == TopKey::page_up || key == TopKey::home;
  cursor_ = is_up ? cursor_ - std::min(step, cursor_) : std::min(last, cursor_ + step);
}

std::optional<TopDeed> TopView::press_in_list(KeyPress press, std::size_t page) {
  if (press.key == TopKey::escape) {
    filter_.clear();
    arrange();
    return std::nullopt;
  }
  if (press.key == TopKey::enter || press.key == TopKey::backspace) return std::nullopt;
  if (press.key != TopKey::character) {
    move(press.key, page);
    return std::nullopt;
  }
  switch (press.character) {
    case 'k': move(TopKey::up, page); break;
    case 'j': move(TopKey::down, page); break;
    case 'g': move(TopKey::home, page); break;
    case 'G': move(TopKey::end, page); break;
    case 'o': order_ = next_order(order_, 1); break;
    case 'O': order_ = next_order(order_, -1); break;
    case 'l': shows_logs_ = !shows_logs_; break;
    case 'p': is_paused_ = !is_paused_; break;
    case '/': mode_ = TopMode::filter; break;
    case '?':
    case 'h': mode_ = TopMode::help; break;
    case 'q': wants_quit_ = true; break;
    default: return choose(press.character);
  }
  arrange();
  return std::nullopt;
}

// A deed on the service under the cursor. What ends something is asked first.
std::optional<TopDeed> TopView::choose(char c) {
  if (selected() == nullptr) return std::nullopt;
  deed_ = {.service = selected()->name};
  switch (c) {
    case 's': deed_.verb = wire::Verb::start; return deed_;
    case 't': deed_.verb = wire::Verb::stop; break;
    case 'r': deed_.verb = wire::Verb::restart; break;
    case 'K': deed_.verb = wire::Verb::kill; break;
    case 'i':
      deed_.verb = wire::Verb::signal;
      typed_.clear();
      mode_ = TopMode::signal;
      return std::nullopt;
    default: message_ = "? tells the keys"; return std::nullopt;
  }
  mode_ = TopMode::confirm;
  return std::nullopt;
}

void TopView::press_in_filter(KeyPress press) {
  if (press.key == TopKey::escape) filter_.clear();
  if (press.key == TopKey::escape || press.key == TopKey::enter)
    mode_ = TopMode::list;
  else
    type(filter_, press);
  arrange();
}

std::optional<TopDeed> TopView::press_in_signal(KeyPress press) {
  if (press.key == TopKey::escape) mode_ = TopMode::list;
  if (press.key != TopKey::enter) {
    type(typed_, press);
    return std::nullopt;
  }
  mode_ = TopMode::list;
  if (typed_.empty()) return std::nullopt;
  if (const auto signal = parse_signal(typed_); !signal) {
    message_ = signal.error().what;
    return std::nullopt;
  }
  deed_.signal = typed_;
  return deed_;
}

std::optional<TopDeed> TopView::answer(KeyPress press) {
  mode_ = TopMode::list;
  if (press.key == TopKey::character && press.character == 'y') return deed_;
  message_ = "nothing was done";
  return std::nullopt;
}

std::string TopView::prompt() const {
  switch (mode_) {
    case TopMode::filter: return fmt::format("filter: {}", filter_);
    case TopMode::signal: return fmt::format("signal to {} (HUP, USR1 ...): {}", deed_.service, typed_);
    case TopMode::confirm:
      return fmt::format("{} {}? y, or any other key", wire::command(deed_.verb).name, deed_.service);
    case TopMode::list:
    case TopMode::help: return {};
  }
  return {};
}

}  // namespace sup::ctl
