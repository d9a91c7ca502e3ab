// Bytes that are to be written in one call, where they are.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace sup::log {

[[nodiscard]] inline std::string_view text_of(const iovec& view) {
  return {static_cast<const char*>(view.iov_base), view.iov_len};
}

[[nodiscard]] inline std::size_t size_of(std::span<const iovec> views) {
  std::size_t out = 0;
  for (const iovec& view : views) out += view.iov_len;
  return out;
}

// Behind the last line end within the first `limit` bytes; 0 if there is none.
[[nodiscard]] inline std::size_t last_line_end(std::span<const iovec> views, std::size_t limit) {
  std::size_t out = 0;
  std::size_t at = 0;
  for (const iovec& view : views) {
    if (at >= limit) break;
    const std::size_t newline = text_of(view).substr(0, limit - at).rfind('\n');
    if (newline != std::string_view::npos) out = at + newline + 1;
    at += view.iov_len;
  }
  return out;
}

// Behind the first line end; all bytes if there is none.
[[nodiscard]] inline std::size_t first_line_end(std::span<const iovec> views) {
  std::size_t at = 0;
  for (const iovec& view : views) {
    const std::size_t newline = text_of(view).find('\n');
    if (newline != std::string_view::npos) return at + newline + 1;
    at += view.iov_len;
  }
  return at;
}

// The first `size` bytes. Costs nothing where that is all of them.
class CutViews {
 public:
  CutViews(std::span<const iovec> views, std::size_t size) : parts_(views) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < views.size(); at += views[i++].iov_len) {
      if (at + views[i].iov_len < size) continue;
      if (at + views[i].iov_len == size) {
        parts_ = views.first(i + 1);
        return;
      }
      copy_.assign(views.begin(), views.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      copy_.back().iov_len = size - at;
      parts_ = copy_;
      return;
    }
  }
  CutViews(const CutViews&) = delete;
  CutViews& operator=(const CutViews&) = delete;

  [[nodiscard]] std::span<const iovec> parts() const { return parts_; }

 private:
  std::vector<iovec> copy_;
  std::span<const iovec> parts_;
};

}  // namespace sup::log
