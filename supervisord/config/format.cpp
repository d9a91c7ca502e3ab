#include "config/format.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "config/toml.hpp"

namespace sup {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kIndent = "  ";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view without_blanks_behind(std::string_view text) {
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string indent_of(std::size_t depth) {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i) out += kIndent;
  return out;
}

// The text piece by piece. It has been parsed before, so every string and bracket is closed; what is not valid is
// passed over in some way, but never beyond the end.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
  [[nodiscard]] char next() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool skip(char c) {
    if (next() != c) return false;
    take(1);
    return true;
  }
  void skip_blanks() {
    while (is_blank(next())) take(1);
  }
  // Over one line end.
  bool skip_line_end() {
    if (rest_.starts_with("\r\n")) return !take(2).empty();
    return skip('\n');
  }
  // "# ..." up to the end of the line.
  std::string comment() {
    comments_.emplace_back(without_blanks_behind(take(std::min(rest_.find('\n'), rest_.size()))));
    return comments_.back();
  }
  [[nodiscard]] const std::vector<std::string>& comments() const { return comments_; }

  // A string as it is written, with its quotes.
  std::string_view string() {
    const char quote = next();
    const std::string three(3, quote);
    const bool is_long = rest_.starts_with(three);
    std::size_t i = is_long ? 3 : 1;
    while (i < rest_.size() && !(is_long ? rest_.substr(i).starts_with(three) : rest_[i] == quote))
      i += quote == '"' && rest_[i] == '\\' ? 2 : 1;
    i += is_long ? 3 : 1;
    // One or two quotes at the very end belong to the text.
    while (is_long && i < rest_.size() && rest_[i] == quote) ++i;
    return take(i);
  }

  // A number, word or date, which may have a blank in the middle.
  std::string_view scalar() {
    const std::size_t end = std::min(rest_.find_first_of(",]}#\n"), rest_.size());
    return without_blanks_behind(take(std::max<std::size_t>(end, 1)));
  }

  // A key with its dots, up to what ends it.
  std::string key() {
    std::string out;
    while (!is_at_end() && next() != '=' && next() != ']' && next() != '\n') {
      if (next() == '"' || next() == '\'')
        out += string();
      else if (const char c = take(1)[0]; !is_blank(c) && c != '\r')
        out += c;
    }
    return out;
  }

 private:
  std::string_view take(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
  std::vector<std::string> comments_;
};

std::string value(Scanner& in, std::size_t depth);

// What stands on one line of an array.
struct ArrayLine {
  std::vector<std::string> elements;
  std::string comment;
  bool is_after_empty = false;
};

struct ArrayLines {
  std::string comment;  // Behind the bracket.
  std::vector<ArrayLine> lines;
  bool has_line_ends = false;
};

// Everything between the brackets, the closing one included; its elements stand at this depth.
ArrayLines array_lines(Scanner& in, std::size_t depth) {
  ArrayLines out;
  ArrayLine line;
  const auto end_line = [&] {
    const bool is_empty = line.elements.empty() && line.comment.empty();
    if (!is_empty) out.lines.push_back(std::exchange(line, {}));
    line.is_after_empty = is_empty && out.has_line_ends && !out.lines.empty();
    out.has_line_ends = true;
  };
  while (!in.is_at_end() && in.next() != ']') {
    if (is_blank(in.next()) || in.next() == ',') {
      in.skip(in.next());
    } else if (in.skip_line_end()) {
      end_line();
    } else if (in.next() == '#') {
      const bool is_first = !out.has_line_ends && line.elements.empty();
      (is_first ? out.comment : line.comment) = in.comment();
    } else {
      line.elements.push_back(value(in, depth));
    }
  }
  in.skip(']');
  if (!line.elements.empty() || !line.comment.empty()) out.lines.push_back(std::move(line));
  return out;
}

std::string joined(const std::vector<std::string>& elements) {
  std::string out;
  for (const std::string& element : elements) out.append(out.empty() ? "" : ", ").append(element);
  return out;
}

std::string behind(std::string_view comment, std::string_view between) {
  return comment.empty() ? std::string() : std::string(between) + std::string(comment);
}

std::string long_array(const ArrayLines& array, std::size_t depth) {
  std::string out = "[" + behind(array.comment, kIndent) + "\n";
  for (const ArrayLine& line : array.lines) {
    if (line.is_after_empty) out += "\n";
    out += indent_of(depth + 1) + joined(line.elements);
    if (!line.elements.empty()) out += ",";
    out += behind(line.comment, line.elements.empty() ? "" : kIndent) + "\n";
  }
  return out + indent_of(depth) + "]";
}

// Whether there is a line end or a comment between the elements of the array whose bracket has just been passed.
bool is_on_several_lines(std::string_view behind_bracket) {
  Scanner look(behind_bracket);
  int depth = 0;
  while (!look.is_at_end() && depth >= 0) {
    const char c = look.next();
    if (depth == 0 && (c == '\n' || c == '#')) return true;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (c == '"' || c == '\'')
      look.string();
    else if (c == '#')
      look.comment();
    else
      look.skip(c);
  }
  return false;
}

std::string array(Scanner& in, std::size_t depth) {
  in.skip('[');
  const bool is_long = is_on_several_lines(in.rest());
  const ArrayLines lines = array_lines(in, is_long ? depth + 1 : depth);
  const bool is_empty = lines.lines.empty() && lines.comment.empty();
  if (is_long && !is_empty) return long_array(lines, depth);
  return is_empty ? "[]" : "[" + joined(lines.lines.front().elements) + "]";
}

std::string inline_table(Scanner& in, std::size_t depth) {
  in.skip('{');
  std::vector<std::string> entries;
  while (!in.is_at_end() && in.next() != '}') {
    if (is_blank(in.next()) || in.next() == ',' || in.next() == '\n' || in.next() == '\r') {
      in.skip(in.next());
      continue;
    }
    std::string entry = in.key();
    in.skip('=');
    in.skip_blanks();
    entries.push_back(entry + " = " + value(in, depth));
  }
  in.skip('}');
  return entries.empty() ? "{}" : "{ " + joined(entries) + " }";
}

std::string value(Scanner& in, std::size_t depth) {
  if (in.next() == '[') return array(in, depth);
  if (in.next() == '{') return inline_table(in, depth);
  return std::string(in.next() == '"' || in.next() == '\'' ? in.string() : in.scalar());
}

// "[service.web]", "[[a.b]]".
std::string header(Scanner& in) {
  in.skip('[');
  const bool is_element = in.skip('[');
  const std::string key = in.key();
  in.skip(']');
  if (is_element) in.skip(']');
  return is_element ? "[[" + key + "]]" : "[" + key + "]";
}

// Columns that a text takes.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

// What stood in front of something on its line: how many columns, and how many of them were blanks at the end.
struct Lead {
  std::size_t columns = 0;
  std::size_t blanks = 0;
};

Lead lead_of(std::string_view text) {
  const std::string_view bare = without_blanks_behind(text);
  return {width_of(text), text.size() - bare.size()};
}

// One line of a file, or one entry with a value of several.
struct Block {
  enum class Kind : std::uint8_t { comment, entry, header };
  Kind kind;
  bool is_after_empty = false;
  std::string text = {};   // Of an entry the key.
  std::string value = {};  // Of an entry.
  std::string comment = {};
  Lead before_equals = {};   // Of an entry, as it was.
  Lead before_comment = {};  // Where there is one behind it on its line.
};

// Whether these columns were made equal on purpose: most are, and some by more blanks than it takes.
bool is_aligned(const std::vector<Lead>& leads, std::size_t least_blanks) {
  if (std::ranges::none_of(leads, [&](const Lead& lead) { return lead.blanks > least_blanks; })) return false;
  std::ptrdiff_t most = 0;
  for (const Lead& lead : leads) most = std::max(most, std::ranges::count(leads, lead.columns, &Lead::columns));
  return most > 1 && 2 * most >= std::ssize(leads);
}

// Makes all of these as wide as the widest.
void align(const std::vector<std::string*>& texts) {
  std::size_t most = 0;
  for (const std::string* text : texts) most = std::max(most, width_of(*text));
  for (std::string* text : texts) text->append(most - width_of(*text), ' ');
}

// Entries without an empty line between them: what of them was aligned stays so.
void align_together(std::span<Block> blocks) {
  std::vector<Lead> equals, comments;
  std::vector<std::string*> keys, lines;
  for (Block& block : blocks) {
    if (block.kind != Block::Kind::entry) continue;
    equals.push_back(block.before_equals);
    keys.push_back(&block.text);
    if (block.comment.empty() || block.value.find('\n') != block.value.npos) continue;
    comments.push_back(block.before_comment);
    lines.push_back(&block.value);
  }
  if (is_aligned(equals, 1)) align(keys);
  const bool are_comments_aligned = is_aligned(comments, kIndent.size());
  for (Block& block : blocks)
    if (block.kind == Block::Kind::entry) block.value = std::exchange(block.text, {}) + " = " + block.value;
  if (are_comments_aligned) align(lines);
}

// A file as blocks.
class Document {
 public:
  // A header has an empty line in front of it, but for comments directly above, which may be of it or of what is above
  // them.
  void add(Block block) {
    const bool is_at_top = blocks_.empty() || blocks_.back().kind == Block::Kind::comment;
    if (block.kind == Block::Kind::header && !is_at_top) block.is_after_empty = true;
    blocks_.push_back(std::move(block));
  }

  [[nodiscard]] std::string text() && {
    for (std::size_t begin = 0, end = 0; begin < blocks_.size(); begin = end) {
      end = begin + 1;
      while (end < blocks_.size() && !blocks_[end].is_after_empty && blocks_[end].kind != Block::Kind::header) ++end;
      align_together(std::span(blocks_).subspan(begin, end - begin));
    }
    std::string out;
    for (const Block& block : blocks_) {
      if (block.is_after_empty && !out.empty()) out += "\n";
      out += block.text + block.value + behind(block.comment, kIndent) + "\n";
    }
    return out;
  }

 private:
  std::vector<Block> blocks_;
};

Block entry(Scanner& in) {
  Block out{.kind = Block::Kind::entry};
  const std::string_view line = in.rest();
  out.text = in.key();
  out.before_equals = lead_of(line.substr(0, line.size() - in.rest().size()));
  in.skip('=');
  in.skip_blanks();
  out.value = value(in, 0);
  return out;
}

// What stands on the line in front of what is next.
std::string_view line_before(std::string_view text, const Scanner& in) {
  const std::string_view before = text.substr(0, text.size() - in.rest().size());
  return before.substr(before.rfind('\n') + 1);
}

struct Formatted {
  std::string text;
  std::vector<std::string> comments;
};

// How many line ends are passed before something else comes.
int skip_empty_lines(Scanner& in) {
  int count = 0;
  while (is_blank(in.next()) || in.next() == '\n' || in.next() == '\r') {
    in.skip_blanks();
    if (in.skip_line_end())
      ++count;
    else
      in.skip('\r');
  }
  return count;
}

// A line with what stands on it, up to its end.
Block block(Scanner& in, std::string_view text) {
  if (in.next() == '#') return {.kind = Block::Kind::comment, .text = in.comment()};
  const std::size_t indent = line_before(text, in).size();
  Block out = in.next() == '[' ? Block{.kind = Block::Kind::header, .text = header(in)} : entry(in);
  in.skip_blanks();
  if (in.next() != '#') return out;
  out.before_comment = lead_of(line_before(text, in).substr(out.value.find('\n') == out.value.npos ? indent : 0));
  out.comment = in.comment();
  return out;
}

Formatted formatted(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Scanner in(text);
  Document out;
  while (true) {
    // The end of the line before is one of them.
    const bool is_after_empty = skip_empty_lines(in) > 1;
    if (in.is_at_end()) break;
    Block next = block(in, text);
    next.is_after_empty = is_after_empty;
    out.add(std::move(next));
  }
  return {std::move(out).text(), in.comments()};
}

}  // namespace

std::expected<std::string, Diagnostic> format_toml(std::string_view text, std::string_view file_name) {
  const auto before = parse_toml(text, file_name);
  if (!before) return std::unexpected(before.error());
  Formatted result = formatted(text);
  const auto after = parse_toml(result.text, file_name);
  const Formatted again = formatted(result.text);
  const bool is_same = after && same_content(*before, *after) && again.comments == result.comments;
  if (is_same && again.text == result.text) return std::move(result.text);
  return std::unexpected(Diagnostic{std::string(file_name),
                                    {},
                                    Severity::error,
                                    "cannot format: what would be written does not mean the same; nothing is changed",
                                    "this is a fault of ctl"});
}

}  // namespace sup
