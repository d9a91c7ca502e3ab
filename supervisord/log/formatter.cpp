#include "log/formatter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "log/ansi.hpp"
#include "log/escape.hpp"
#include "log/local_clock.hpp"

namespace sup::log {
namespace {

std::size_t text_size(const Layout& layout) {
  constexpr std::size_t kTimeSize = 40;
  std::size_t size = 1;
  for (const Layout::Part& part : layout.parts)
    size += part.text.size() + (part.slot == Layout::Slot::time ? kTimeSize : 0);
  return size + (layout.style == LineStyle::plain ? 1 : std::string_view("line=\"\" truncated=true").size());
}

constexpr const char* kJsonLead = "\"line\":\"";
constexpr const char* kJsonTrail = "\"";

// For the styles that have names for what they say: KEY and what stands around it and its value.
void append_fact(std::string& out, bool holds, std::string_view text) {
  if (holds) out += text;
}

}  // namespace

Formatter::Formatter(Layout layout)
    : layout_(std::move(layout)),
      has_mark_(std::ranges::any_of(layout_.parts, [](const auto& part) { return part.slot == Layout::Slot::mark; })),
      overhead_(text_size(layout_)) {}

void Formatter::begin(WallTime time) {
  time_ = time;
  before_continued_.reset();
  render(before_, after_, time, false);
  const bool is_json = layout_.style == LineStyle::json;
  lead_ = before_ + (is_json ? kJsonLead : "");
  trail_ = (is_json ? kJsonTrail : "") + after_;
}

void Formatter::render(std::string& before, std::string& after, WallTime time, bool is_continued) const {
  before.clear();
  after.clear();
  std::string* out = &before;
  for (const Layout::Part& part : layout_.parts) {
    switch (part.slot) {
      case Layout::Slot::text: *out += part.text; break;
      case Layout::Slot::time:
        layout_.time.append(*out, time, layout_.precision, layout_.is_local_time ? local_offset(time) : UtcOffset{});
        break;
      case Layout::Slot::mark: *out += is_continued ? '+' : ' '; break;
      case Layout::Slot::line: out = &after; break;
    }
  }
  after += '\n';
  if (is_continued && !has_mark_ && layout_.style == LineStyle::plain) before += '+';
}

void Formatter::append(std::string& out, std::string_view line, LineFacts facts) {
  if (facts.marks.continuation && !before_continued_)
    render(before_continued_.emplace(), after_continued_, time_, true);
  line = clean(line);
  out += facts.marks.continuation ? *before_continued_ : before_;
  switch (layout_.style) {
    case LineStyle::plain: out += line; break;
    case LineStyle::json: append_json_line(out, line, facts); break;
    case LineStyle::logfmt: append_logfmt_line(out, line, facts); break;
  }
  out += facts.marks.continuation ? after_continued_ : after_;
}

std::string_view Formatter::clean(std::string_view line) {
  if (!layout_.strips_ansi || line.find('\x1b') == line.npos) return line;
  stripped_.clear();
  append_without_ansi(stripped_, line);
  return stripped_;
}

void Formatter::append_record(std::string& out, std::string_view record, Marks marks) {
  if (layout_.style != LineStyle::plain) return append(out, record, {.marks = marks});
  while (true) {
    const std::size_t length = std::min(record.find('\n'), record.size());
    append(out, record.substr(0, length), {.marks = {.continuation = marks.continuation}});
    if (length == record.size()) return;
    record.remove_prefix(length + 1);
    marks.continuation = true;
  }
}

void Formatter::append_lines(std::string& out, Block& block, std::size_t enough) {
  while (!block.bytes.empty() && out.size() < enough) {
    const std::size_t length = std::min(block.bytes.find('\n'), block.bytes.size());
    const std::string_view line = block.bytes.substr(0, length);
    block.bytes.remove_prefix(std::min(length + 1, block.bytes.size()));
    --block.lines;
    const bool is_last = block.bytes.empty();
    const Marks marks{block.marks.continuation, is_last && block.marks.truncated};
    block.marks.continuation = false;
    if (marks.continuation || marks.truncated || !append_as_it_is(out, line)) append(out, line, {.marks = marks});
  }
}

// Most lines are whole, and written as they came: these are what it has to be quick for.
bool Formatter::append_as_it_is(std::string& out, std::string_view line) const {
  if (layout_.style == LineStyle::logfmt || layout_.strips_ansi) return false;
  if (layout_.style == LineStyle::json && !is_plain_json(line)) return false;
  const std::size_t begin = out.size();
  const std::size_t size = begin + lead_.size() + line.size() + trail_.size();
  if (size > out.capacity()) out.reserve(std::max(size, 2 * out.capacity()));
  out.resize_and_overwrite(size, [&](char* bytes, std::size_t) {
    char* at = std::copy(lead_.begin(), lead_.end(), bytes + begin);
    at = std::copy(line.begin(), line.end(), at);
    std::copy(trail_.begin(), trail_.end(), at);
    return size;
  });
  return true;
}

void Formatter::append_json_line(std::string& out, std::string_view line, LineFacts facts) const {
  out += kJsonLead;
  const bool is_exact = append_json(out, line);
  out += kJsonTrail;
  if (!is_exact) {
    out += ",\"line_base64\":\"";
    append_base64(out, line);
    out += '"';
  }
  append_fact(out, facts.marks.continuation, ",\"continuation\":true");
  append_fact(out, facts.marks.truncated, ",\"truncated\":true");
  if (facts.dropped > 0) fmt::format_to(std::back_inserter(out), ",\"dropped\":{}", facts.dropped);
}

void Formatter::append_logfmt_line(std::string& out, std::string_view line, LineFacts facts) const {
  out += "line=";
  append_logfmt(out, line);
  append_fact(out, facts.marks.continuation, " continuation=true");
  append_fact(out, facts.marks.truncated, " truncated=true");
  if (facts.dropped > 0) fmt::format_to(std::back_inserter(out), " dropped={}", facts.dropped);
}

}  // namespace sup::log
