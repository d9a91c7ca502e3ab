// As much of HTTP/1.1 as a probe needs: one request, and what a server sends for it, which may be anything. Pure: bytes
// in, a verdict out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "spec/probe_spec.hpp"

namespace sup::wire {

inline constexpr std::size_t kMaxHttpHeaderBytes = 16 * 1024;  // Of all headers together, with those of 1xx.
inline constexpr std::size_t kMaxHttpBodyBytes = 64 * 1024;    // In which a text is looked for.

// GET, and close the connection afterwards.
[[nodiscard]] std::string http_request(std::string_view authority, std::string_view target);

// Reads an answer as it comes, in pieces of any size, and says as soon as it can whether it is what was expected.
class HttpAnswer {
 public:
  // `expected` must outlive it.
  explicit HttpAnswer(const HttpProbe& expected) : expected_(expected) {}

  // Nothing while more is needed; then why the probe has failed, or empty: it has succeeded. Not to be fed after that.
  [[nodiscard]] std::optional<std::string> feed(std::string_view bytes);
  // The server has closed the connection: the verdict now.
  [[nodiscard]] std::string close();

 private:
  enum class Part : std::uint8_t { head, body, chunk_size, chunk, chunk_end };

  std::optional<std::string> read_head();
  std::optional<std::string> read_line(std::string_view line);
  std::optional<std::string> end_head();
  std::optional<std::string> read_body();
  std::optional<std::string> read_chunk_size();
  bool take(std::size_t count);
  [[nodiscard]] std::string no_match() const;

  const HttpProbe& expected_;
  Part part_ = Part::head;
  std::string buffer_;  // Not yet understood.
  std::string body_;    // Understood, and kept as long as a match may begin in it.
  std::size_t head_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  std::uint64_t left_ = 0;  // Of this chunk, or of the body.
  std::optional<std::uint64_t> length_;
  bool is_chunked_ = false;
  unsigned status_ = 0;  // 0: its line has not come yet.
};

}  // namespace sup::wire
