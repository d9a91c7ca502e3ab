// Long output on a terminal, page by page: $SUPERVISORD_PAGER, else $PAGER, else less.
#pragma once

#include <string_view>

namespace sup::ctl {

// Whether the text has more lines than the terminal at `fd`.
[[nodiscard]] bool is_longer_than_screen(std::string_view text, int fd);

// Shows the text and waits for the end of that. False if it was not shown: no pager is wanted (its name is empty or
// "cat") or there is none. less gets the options FRX, unless $LESS says others.
bool page(std::string_view text);

}  // namespace sup::ctl
