// The terminal of `ctl top`: draws a TopView, reads keys. The only place that knows ncurses.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ctl/client.hpp"
#include "ctl/output.hpp"
#include "ctl/top_view.hpp"

namespace sup::ctl {

// How the rows of the screen are shared.
struct TopLayout {
  std::size_t list_rows = 0;
  std::size_t log_rows = 0;  // 0: there is no pane of it.
};
// One row says how everything is, one has the titles, one is for what is asked and told; the log gets a third of the
// rest, and its title.
[[nodiscard]] TopLayout top_layout(std::size_t rows, bool shows_logs);

class TopScreen {
 public:
  // Takes the terminal over. Failure: it is none, or what it can do is not known ($TERM).
  [[nodiscard]] static OrFailure<TopScreen> open(ColorWish colors);
  TopScreen(TopScreen&&) noexcept;
  TopScreen& operator=(TopScreen&&) = delete;
  // Leaves the terminal as it was.
  ~TopScreen();

  [[nodiscard]] TopLayout layout(const TopView& view) const;
  // `trouble`: why what is shown is not as it is now.
  void draw(const TopView& view, const std::vector<std::string>& log_lines, const std::optional<std::string>& trouble);
  // A key that was pressed; nothing if there is none.
  [[nodiscard]] std::optional<KeyPress> key();
  // The terminal has another size.
  void resize();

 private:
  struct Curses;
  explicit TopScreen(std::unique_ptr<Curses> curses);
  std::unique_ptr<Curses> curses_;
};

}  // namespace sup::ctl
