// Shell words and patterns: the parts of text.hpp that read one character at a time.
#include <algorithm>

#include "base/text.hpp"

namespace sup {
namespace {

constexpr std::string_view kShellOnly = "|&;<>()`\n";

std::unexpected<Error> bad_words(std::string_view text, std::string_view why) {
  return fail(Errc::invalid, "cannot split '" + printable(text, 80) + "' into words: " + std::string(why));
}

// The state of split_words: the text not read yet, and the word being put together.
class WordSplitter {
 public:
  explicit WordSplitter(std::string_view text) : text_(text), rest_(text) {}

  Result<std::vector<std::string>> split() {
    while (!rest_.empty()) {
      const char c = take();
      if (c == ' ' || c == '\t')
        end_word();
      else if (c == '\'')
        TRY(single_quotes());
      else if (c == '"')
        TRY(double_quotes());
      else if (c == '\\')
        TRY(backslash());
      else if (kShellOnly.find(c) != kShellOnly.npos)
        return bad_words(text_, shell_reason(c));
      else
        add(c);
    }
    end_word();
    return std::move(words_);
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void add(char c) {
    word_ += c;
    in_word_ = true;
  }
  void end_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }
  Result<> single_quotes() {
    in_word_ = true;  // '' is an empty word.
    const std::size_t end = rest_.find('\'');
    if (end == rest_.npos) return bad_words(text_, "a ' is not closed");
    word_ += rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return {};
  }
  Result<> double_quotes() {
    in_word_ = true;
    while (!rest_.empty()) {
      const char c = take();
      if (c == '"') return {};
      // Between double quotes a backslash stands for itself, except before these (POSIX shell, 2.2.3).
      const bool escapes =
          c == '\\' && !rest_.empty() && std::string_view("$`\"\\\n").find(rest_[0]) != std::string_view::npos;
      if (!escapes)
        word_ += c;
      else if (const char next = take(); next != '\n')
        word_ += next;
    }
    return bad_words(text_, "a \" is not closed");
  }
  Result<> backslash() {
    if (rest_.empty()) return bad_words(text_, "nothing follows the last backslash");
    if (const char next = take(); next != '\n') add(next);  // Backslash and newline: the line goes on.
    return {};
  }
  static std::string shell_reason(char c) {
    const std::string what = c == '\n' ? "a newline" : std::string("'") + c + "'";
    return what + " has a meaning only in a shell, and no shell is run; quote it, or write [\"sh\", \"-c\", \"...\"]";
  }

  std::string_view text_;
  std::string_view rest_;
  std::string word_;
  bool in_word_ = false;
  std::vector<std::string> words_;
};

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
}

std::string quote_word(std::string_view word, bool is_first) {
  // A = in the first word would be an assignment to a shell.
  const bool assignment = is_first && word.find('=') != word.npos;
  if (!word.empty() && !assignment && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

// One element of a pattern: which characters it takes, and how long it is in the pattern.
struct GlobElement {
  bool matches = false;
  std::size_t length = 1;
};

// `pattern` begins with '['. An unclosed bracket stands for itself.
GlobElement bracket(std::string_view pattern, char c) {
  std::size_t i = 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const auto low = static_cast<unsigned char>(pattern[i++]);
    auto high = low;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      i += pattern[i + 1] == '\\' && i + 2 < pattern.size() ? 2 : 1;
      high = static_cast<unsigned char>(pattern[i++]);
    }
    const auto value = static_cast<unsigned char>(c);
    if (value >= low && value <= high) found = true;
  }
  if (i >= pattern.size()) return {c == '[', 1};
  return {found != negated, i + 1};
}

// `pattern` is not empty and does not begin with '*'.
GlobElement glob_element(std::string_view pattern, char c) {
  switch (pattern[0]) {
    case '?': return {true, 1};
    case '[': return bracket(pattern, c);
    case '\\':
      if (pattern.size() > 1) return {pattern[1] == c, 2};
      return {c == '\\', 1};
    default: return {pattern[0] == c, 1};
  }
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view text) { return WordSplitter(text).split(); }

std::string quote_words(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) {
    const bool is_first = out.empty();
    if (!is_first) out += ' ';
    out += quote_word(word, is_first);
  }
  return out;
}

bool glob_match(std::string_view pattern, std::string_view name) {
  // Only the last star ever has to take more: what an earlier one took is then at its shortest already.
  std::string_view after_star, retry_name;
  bool has_star = false;
  while (true) {
    if (!pattern.empty() && pattern[0] == '*') {
      pattern.remove_prefix(1);
      after_star = pattern;
      retry_name = name;
      has_star = true;
      continue;
    }
    if (name.empty() && pattern.empty()) return true;
    const GlobElement element = name.empty() || pattern.empty() ? GlobElement{} : glob_element(pattern, name[0]);
    if (element.matches) {
      pattern.remove_prefix(element.length);
      name.remove_prefix(1);
      continue;
    }
    if (!has_star || retry_name.empty()) return false;
    retry_name.remove_prefix(1);
    pattern = after_star;
    name = retry_name;
  }
}

bool is_glob(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '*' || text[i] == '?' || text[i] == '[')
      return true;
  }
  return false;
}

}  // namespace sup
