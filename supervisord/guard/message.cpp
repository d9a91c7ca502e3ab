#include "guard/message.hpp"

#include <cstring>

namespace sup::guard {
namespace {

// How many names there are; 0 if one of them is none.
std::size_t count_names(std::string_view bytes) noexcept {
  Names names(bytes);
  std::size_t count = 0;
  while (names.next()) ++count;
  return names.is_whole() ? count : 0;
}

// The rest of the message as one number, if it is just as long.
template <class Number>
std::optional<Number> only(std::string_view bytes) noexcept {
  Number out{};
  if (bytes.size() != sizeof out) return std::nullopt;
  std::memcpy(&out, bytes.data(), sizeof out);
  return out;
}

}  // namespace

std::optional<std::string_view> Names::next() noexcept {
  if (rest_.empty()) return std::nullopt;
  const std::size_t length = static_cast<unsigned char>(rest_.front());
  if (length == 0 || length > kNameBytes || length >= rest_.size()) return std::nullopt;
  const std::string_view name(rest_.data() + 1, length);
  for (const char c : name)
    if (c == '\n') return std::nullopt;
  rest_.remove_prefix(1 + length);
  return name;
}

std::optional<Request> read_request(std::string_view bytes, std::size_t fds) noexcept {
  if (bytes.empty() || bytes.size() > kMessageBytes) return std::nullopt;
  Request out{.kind = static_cast<Kind>(bytes.front()), .names = {}, .sequence = 0, .code = 0};
  const std::string_view rest(bytes.data() + 1, bytes.size() - 1);
  if (out.kind == Kind::put || out.kind == Kind::drop) {
    const std::size_t count = count_names(rest);
    if (count == 0 || fds != (out.kind == Kind::put ? count : 0)) return std::nullopt;
    out.names = rest;
    return out;
  }
  constexpr std::size_t kOfProposal = 2;
  if (out.kind == Kind::propose) return fds == kOfProposal && rest.empty() ? std::optional(out) : std::nullopt;
  if (fds != 0) return std::nullopt;
  if (out.kind == Kind::replace) return rest.empty() ? std::optional(out) : std::nullopt;
  if (out.kind == Kind::confirm) {
    const auto sequence = only<std::uint64_t>(rest);
    out.sequence = sequence.value_or(0);
    return sequence ? std::optional(out) : std::nullopt;
  }
  const auto code = only<std::int32_t>(rest);
  constexpr std::int32_t kMostCode = 255;
  if (out.kind != Kind::goodbye || !code || *code < 0 || *code > kMostCode) return std::nullopt;
  out.code = *code;
  return out;
}

}  // namespace sup::guard
