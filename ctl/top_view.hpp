// What is on the screen of `ctl top` and what keys do to it. Pure: no terminal, no supervisord.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ctl/top_rows.hpp"
#include "wire/commands.hpp"

namespace sup::ctl {

enum class TopKey : std::uint8_t { character, up, down, page_up, page_down, home, end, enter, escape, backspace };
struct KeyPress {
  TopKey key = TopKey::character;
  char character = '\0';
};

// What keys mean now: to the list; to the text of the filter or of a signal, which is typed; to a question; to the
// help.
enum class TopMode : std::uint8_t { list, filter, signal, confirm, help };

// What supervisord is to be asked to do.
struct TopDeed {
  wire::Verb verb = wire::Verb::start;
  std::string service;
  std::string signal = {};
};

class TopView {
 public:
  explicit TopView(TopOrder order) : order_(order) {}

  // Another look: the cursor stays at the service where it was.
  void show(TopSample sample);
  // `page`: how many rows the list has on the screen.
  [[nodiscard]] std::optional<TopDeed> press(KeyPress press, std::size_t page);
  // Moves what is shown so that the cursor is in it.
  void fit(std::size_t page);

  [[nodiscard]] const std::optional<TopSample>& sample() const { return sample_; }
  [[nodiscard]] const std::vector<TopRow>& rows() const { return rows_; }
  [[nodiscard]] std::size_t first() const { return first_; }    // The row at the top.
  [[nodiscard]] std::size_t cursor() const { return cursor_; }  // Of rows().
  [[nodiscard]] const TopRow* selected() const { return cursor_ < rows_.size() ? &rows_[cursor_] : nullptr; }
  [[nodiscard]] TopOrder order() const { return order_; }
  [[nodiscard]] TopMode mode() const { return mode_; }
  [[nodiscard]] const std::string& filter() const { return filter_; }
  [[nodiscard]] bool shows_logs() const { return shows_logs_; }
  [[nodiscard]] bool is_paused() const { return is_paused_; }
  [[nodiscard]] bool wants_quit() const { return wants_quit_; }
  // What is asked or typed at the bottom of the screen; empty: nothing.
  [[nodiscard]] std::string prompt() const;
  // What came of the last key, where that needs to be said.
  [[nodiscard]] const std::string& message() const { return message_; }
  void tell(std::string message) { message_ = std::move(message); }

 private:
  void arrange();
  void move(TopKey key, std::size_t page);
  std::optional<TopDeed> press_in_list(KeyPress press, std::size_t page);
  std::optional<TopDeed> choose(char c);
  void press_in_filter(KeyPress press);
  std::optional<TopDeed> press_in_signal(KeyPress press);
  std::optional<TopDeed> answer(KeyPress press);

  std::optional<TopSample> sample_;
  CpuMeter meter_;
  std::vector<TopRow> rows_;
  std::size_t first_ = 0;
  std::size_t cursor_ = 0;
  TopOrder order_;
  TopMode mode_ = TopMode::list;
  std::string filter_;
  std::string typed_;  // The signal.
  TopDeed deed_;       // Which is to be confirmed, or whose signal is typed.
  std::string message_;
  bool shows_logs_ = true;
  bool is_paused_ = false;
  bool wants_quit_ = false;
};

// The keys and what they do, for the help.
struct TopKeyHelp {
  std::string_view keys;
  std::string_view doc;
};
[[nodiscard]] std::span<const TopKeyHelp> top_keys();

}  // namespace sup::ctl
