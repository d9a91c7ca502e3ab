#include "wire/http_answer.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace sup::wire {
namespace {

constexpr std::size_t kMaxChunkLine = 256;
constexpr std::uint64_t kUntilClosed = ~std::uint64_t{0};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// All of the text is a number.
std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

// "HTTP/1.1 200 OK" is 200; 0: it is no such line.
unsigned status_of(std::string_view line) {
  constexpr std::string_view kVersion = "HTTP/1.";
  constexpr std::size_t kBegin = kVersion.size() + 2;
  constexpr std::size_t kDigits = 3;
  const bool has_form = line.starts_with(kVersion) && line.size() >= kBegin + kDigits && line[kBegin - 1] == ' ' &&
                        (line.size() == kBegin + kDigits || line[kBegin + kDigits] == ' ');
  const auto status = has_form ? number(line.substr(kBegin, kDigits), 10) : std::nullopt;
  return status && *status >= 100 ? static_cast<unsigned>(*status) : 0;
}

}  // namespace

std::string http_request(std::string_view authority, std::string_view target) {
  std::string out = "GET ";
  out.append(target).append(" HTTP/1.1\r\nHost: ").append(authority);
  return out.append("\r\nUser-Agent: supervisord\r\nAccept: */*\r\nConnection: close\r\n\r\n");
}

std::optional<std::string> HttpAnswer::feed(std::string_view bytes) {
  buffer_.append(bytes);
  return part_ == Part::head ? read_head() : read_body();
}

std::string HttpAnswer::close() {
  if (part_ != Part::head) return no_match();
  return status_ == 0 && buffer_.empty() ? "closed the connection without an answer"
                                         : "closed the connection within the header";
}

std::optional<std::string> HttpAnswer::read_head() {
  std::size_t begin = 0;
  while (part_ == Part::head) {
    const std::size_t end = buffer_.find('\n', begin);
    const std::size_t line_bytes = (end == buffer_.npos ? buffer_.size() : end + 1) - begin;
    if (head_bytes_ + line_bytes > kMaxHttpHeaderBytes) return "the header is longer than 16 KiB";
    if (end == buffer_.npos) break;
    head_bytes_ += line_bytes;
    std::string_view line = std::string_view(buffer_).substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    begin = end + 1;
    if (auto verdict = read_line(line)) return verdict;
  }
  buffer_.erase(0, begin);
  return part_ == Part::head ? std::nullopt : read_body();
}

std::optional<std::string> HttpAnswer::read_line(std::string_view line) {
  if (status_ == 0) {
    status_ = status_of(line);
    if (status_ == 0) return "the answer is not HTTP: '" + printable(line, 40) + "'";
    return std::nullopt;
  }
  if (line.empty()) return end_head();
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return std::nullopt;  // Nothing that we look for.
  const std::string name = lower(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "content-length") length_ = number(value, 10);
  // Several codings may be named; chunked is the last of them (RFC 9112, 6.1).
  if (name == "transfer-encoding") is_chunked_ = lower(value).ends_with("chunked");
  return std::nullopt;
}

// Answers that only announce the answer (RFC 9110, 15.2) are passed over.
std::optional<std::string> HttpAnswer::end_head() {
  constexpr unsigned kFirstFinal = 200;
  if (status_ < kFirstFinal) {
    status_ = 0;
    length_.reset();
    is_chunked_ = false;
    return std::nullopt;
  }
  if (!expected_.status.contains(status_)) return "status " + std::to_string(status_);
  if (expected_.body.empty()) return "";
  part_ = is_chunked_ ? Part::chunk_size : Part::body;
  left_ = length_.value_or(kUntilClosed);
  return std::nullopt;
}

std::optional<std::string> HttpAnswer::read_body() {
  while (true) {
    switch (part_) {
      case Part::head: return std::nullopt;
      case Part::body:
      case Part::chunk:
        if (take(std::min<std::uint64_t>(left_, buffer_.size()))) return "";
        if (body_bytes_ >= kMaxHttpBodyBytes) return no_match();
        if (part_ == Part::body) return left_ == 0 ? std::optional(no_match()) : std::nullopt;
        if (left_ > 0) return std::nullopt;
        part_ = Part::chunk_end;
        break;
      case Part::chunk_size:
      case Part::chunk_end: {
        const Part before = part_;
        if (auto verdict = read_chunk_size()) return verdict;
        if (part_ == before) return std::nullopt;
        break;
      }
    }
  }
}

// Of a chunk's framing one line: its size, or the empty one behind it. Stays where it is if the line is not there yet.
std::optional<std::string> HttpAnswer::read_chunk_size() {
  const std::size_t end = buffer_.find('\n');
  if (std::min(end, buffer_.size()) > kMaxChunkLine) return "the answer's chunks are malformed";
  if (end == buffer_.npos) return std::nullopt;
  std::string_view line = std::string_view(buffer_).substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (part_ == Part::chunk_end) {
    if (!line.empty()) return "the answer's chunks are malformed";
    part_ = Part::chunk_size;
  } else {
    const auto size = number(trimmed(line.substr(0, line.find(';'))), 16);
    if (!size) return "the answer's chunks are malformed";
    if (*size == 0) return no_match();
    left_ = *size;
    part_ = Part::chunk;
  }
  buffer_.erase(0, end + 1);
  return std::nullopt;
}

// Moves bytes from the buffer to the body; whether the text is in it now. What is too far back for a match that is not
// complete yet is forgotten.
bool HttpAnswer::take(std::size_t count) {
  const std::size_t taken = std::min(count, kMaxHttpBodyBytes - body_bytes_);
  body_.append(buffer_, 0, taken);
  body_bytes_ += taken;
  left_ -= left_ == kUntilClosed ? 0 : count;
  buffer_.erase(0, count);
  if (body_.find(expected_.body) != body_.npos) return true;
  const std::size_t kept = std::min(body_.size(), expected_.body.size() - 1);
  body_.erase(0, body_.size() - kept);
  return false;
}

std::string HttpAnswer::no_match() const {
  const bool is_cut = body_bytes_ >= kMaxHttpBodyBytes;
  return "the body has no '" + printable(expected_.body, 40) + "'" + (is_cut ? " in its first 64 KiB" : "");
}

}  // namespace sup::wire
