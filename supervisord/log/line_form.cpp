#include "log/line_form.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "log/local_clock.hpp"
#include "log/unescape.hpp"

namespace sup::log {
namespace {

using Part = LineForm::Part;
using Slot = LineForm::Slot;

bool take_text(std::string_view& rest, std::string_view text) {
  if (!rest.starts_with(text)) return false;
  rest.remove_prefix(text.size());
  return true;
}

bool take_number(std::string_view& rest, std::uint64_t& out) {
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out);
  if (error != std::errc()) return false;
  rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
  return true;
}

bool take_stream(std::string_view& rest, OldLine& out) {
  for (const Stream stream : {Stream::out, Stream::err})
    if (take_text(rest, enum_name(stream))) {
      out.stream = stream;
      return true;
    }
  return false;
}

bool take_time(const LineForm& form, std::string_view& rest, OldLine& out) {
  const auto time = form.time.take(rest, form.is_local_time ? local_offset : [](WallTime) { return UtcOffset{}; });
  if (!time) return false;
  out.time = *time;
  return true;
}

bool take_mark(std::string_view& rest, OldLine& out) {
  if (!rest.starts_with('+') && !rest.starts_with(' ')) return false;
  out.marks.continuation = rest.front() == '+';
  rest.remove_prefix(1);
  return true;
}

// Everything but the line itself.
bool take_part(const LineForm& form, const Part& part, std::string_view& rest, OldLine& out) {
  std::uint64_t number = 0;
  switch (part.slot) {
    case Slot::text: return take_text(rest, part.text);
    case Slot::time: return take_time(form, rest, out);
    case Slot::stream: return take_stream(rest, out);
    case Slot::number: return take_number(rest, number);
    case Slot::run:
      if (!take_number(rest, number)) return false;
      out.run = RunId{number};
      return true;
    case Slot::mark: return take_mark(rest, out);
    case Slot::line: return false;
  }
  return false;
}

bool take_parts(const LineForm& form, std::span<const Part> parts, std::string_view& rest, OldLine& out) {
  return std::ranges::all_of(parts, [&](const Part& part) { return take_part(form, part, rest, out); });
}

// A line that is written as it is goes up to what stands behind it, wherever that begins.
bool take_plain_line(const LineForm& form, std::span<const Part> behind, std::string_view rest, OldLine& out) {
  if (behind.empty()) {
    out.bytes = rest;
    return true;
  }
  if (behind.front().slot != Slot::text) return false;
  for (std::size_t at = rest.rfind(behind.front().text); at != rest.npos;
       at = rest.rfind(behind.front().text, at - 1)) {
    std::string_view tail = rest.substr(at);
    if (take_parts(form, behind, tail, out) && tail.empty()) {
      out.bytes = rest.substr(0, at);
      return true;
    }
    if (at == 0) break;
  }
  return false;
}

// "line":"..." and what else is said of it.
bool take_json_line(std::string_view rest, OldLine& out) {
  if (!take_text(rest, "\"line\":\"") || !take_json_string(rest, out.bytes)) return false;
  std::string exact;
  if (take_text(rest, ",\"line_base64\":\"")) {
    const std::size_t end = rest.find('"');
    if (end == rest.npos || !decode_base64(rest.substr(0, end), exact)) return false;
    rest.remove_prefix(end + 1);
    out.bytes = std::move(exact);
  }
  out.marks.continuation = take_text(rest, ",\"continuation\":true");
  out.marks.truncated = take_text(rest, ",\"truncated\":true");
  return rest == "}" || rest.starts_with(",\"dropped\":");
}

bool take_logfmt_line(std::string_view rest, OldLine& out) {
  if (!take_text(rest, "line=") || !take_logfmt_value(rest, out.bytes)) return false;
  out.marks.continuation = take_text(rest, " continuation=true");
  out.marks.truncated = take_text(rest, " truncated=true");
  return rest.empty() || rest.starts_with(" dropped=");
}

}  // namespace

bool LineForm::has(Slot slot) const { return std::ranges::find(parts, slot, &Part::slot) != parts.end(); }

OldLine LineForm::take_apart(std::string_view line) const {
  OldLine out;
  std::string_view rest = line;
  const auto at = std::ranges::find(parts, Slot::line, &Part::slot);
  const auto before = static_cast<std::size_t>(at - parts.begin());
  bool is_taken = at != parts.end() && take_parts(*this, std::span(parts).first(before), rest, out);
  if (is_taken) {
    switch (style) {
      case LineStyle::plain: is_taken = take_plain_line(*this, std::span(parts).subspan(before + 1), rest, out); break;
      case LineStyle::json: is_taken = take_json_line(rest, out); break;
      case LineStyle::logfmt: is_taken = take_logfmt_line(rest, out); break;
    }
  }
  out.is_of_form = is_taken;
  if (is_taken) return out;
  return OldLine{.bytes = std::string(line)};
}

}  // namespace sup::log
