#include "config/interpolate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/variable_name.hpp"

namespace sup {
namespace {

constexpr std::string_view kFile = "file:";
constexpr std::string_view kEnv = "env";  // Whose values have often a $ for programs.
// Keys, at any depth, whose texts are taken as they are.
constexpr std::string_view kVerbatim[] = {"command",  "exec",      "pre-start",   "post-start",
                                          "pre-stop", "post-stop", "description", "instances"};

class Interpolation {
 public:
  Interpolation(Decoder& decoder, Outside& outside, std::vector<std::string>& secrets)
      : decoder_(decoder), outside_(outside), secrets_(secrets) {}

  enum class Known : unsigned char { everything, files };

  void fill(Value& value, Known known) {
    if (auto* table = std::get_if<ValueTable>(&value.data)) fill_table(*table, known);
    if (auto* array = std::get_if<ValueArray>(&value.data))
      for (Value& element : *array) fill(element, known);
    auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr || text->find('$') == text->npos) return;
    if (auto out = filled(*text, value.span, known)) *text = *std::move(out);
  }

  void fill_table(ValueTable& table, Known known, bool is_top = false) {
    for (Entry& entry : table.entries) {
      if (std::ranges::find(kVerbatim, entry.key) != std::end(kVerbatim)) continue;
      const Decoder::Scope scope(decoder_, entry.key);
      fill(entry.value, is_top && entry.key == kEnv ? Known::files : known);
    }
  }

 private:
  // Nothing: it was refused.
  std::optional<std::string> filled(std::string_view text, Span place, Known known) {
    std::string out;
    while (!text.empty()) {
      const std::size_t dollar = std::min(text.find('$'), text.size());
      out += text.substr(0, dollar);
      text.remove_prefix(dollar);
      if (text.empty()) break;
      const bool is_escaped = text.starts_with("$$") && (known == Known::everything || text.starts_with("$${file:"));
      const bool is_ours = text.starts_with("${") && (known == Known::everything || text.starts_with("${file:"));
      if (is_escaped || !is_ours) {
        out += '$';
        text.remove_prefix(is_escaped ? 2 : 1);
        if (is_escaped && known == Known::files) {  // The rest of it is no beginning of ours.
          out += '{';
          text.remove_prefix(1);
        }
        continue;
      }
      const std::size_t end = text.find('}');
      const auto inserted = end == text.npos ? refuse(place) : what(text.substr(2, end - 2), place);
      if (!inserted) return std::nullopt;
      out += *inserted;
      text.remove_prefix(end + 1);
      if (out.size() <= kMaxConfigFileBytes) continue;
      decoder_.error(place, "with what is inserted, the text is too large");
      return std::nullopt;
    }
    return out;
  }

  std::optional<std::string> refuse(Span place) {
    decoder_.error(place, "expected ${NAME}, ${NAME:-default} or ${file:/path}", "$$ stands for one $");
    return std::nullopt;
  }

  // What stands for the words between the braces.
  std::optional<std::string> what(std::string_view words, Span place) {
    if (words.starts_with(kFile)) return content(std::string(words.substr(kFile.size())), place);
    const std::string_view name = words.substr(0, words.find(":-"));
    if (!is_variable_name(name)) return refuse(place);
    auto value = outside_.env(name);
    const bool has_default = name.size() != words.size();
    if (has_default && value.value_or("").empty()) return std::string(words.substr(name.size() + 2));
    if (!value)
      decoder_.error(place, fmt::format("the variable {} is not set in supervisord's environment", name),
                     fmt::format("\"${{{}:-default}}\" says what is to be there then", name));
    return value;
  }

  std::optional<std::string> content(const std::string& path, Span place) {
    if (!path.starts_with('/') || path.find('\0') != path.npos) {
      decoder_.error(place, fmt::format("'{}' is no absolute path", printable(path, 80)), "write ${file:/path}");
      return std::nullopt;
    }
    auto text = outside_.file(path);
    if (!text) {
      decoder_.error(place, text.error().what);
      return std::nullopt;
    }
    if (!text->empty() && std::ranges::find(secrets_, *text) == secrets_.end()) secrets_.push_back(*text);
    return *std::move(text);
  }

  Decoder& decoder_;
  Outside& outside_;
  std::vector<std::string>& secrets_;
};

// A $ that would be the beginning of something is doubled.
std::string escaped(std::string_view text, bool is_env) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (is_env ? rest.starts_with("${file:") : rest.starts_with("$$") || rest.starts_with("${")) out += '$';
    out += text[at];
  }
  return out;
}

void escape(Value& value, bool is_env);

void escape_table(ValueTable& table, bool is_env, bool is_top) {
  for (Entry& entry : table.entries)
    if (std::ranges::find(kVerbatim, entry.key) == std::end(kVerbatim))
      escape(entry.value, is_env || (is_top && entry.key == kEnv));
}

void escape(Value& value, bool is_env) {
  if (auto* table = std::get_if<ValueTable>(&value.data)) escape_table(*table, is_env, false);
  if (auto* array = std::get_if<ValueArray>(&value.data))
    for (Value& element : *array) escape(element, is_env);
  if (auto* text = std::get_if<std::string>(&value.data); text != nullptr && text->find('$') != text->npos)
    *text = escaped(*text, is_env);
}

}  // namespace

void escape_interpolation(ValueTable& table) { escape_table(table, false, true); }

void interpolate(ValueTable& table, Decoder& decoder, Outside& outside, std::vector<std::string>& secrets) {
  Interpolation(decoder, outside, secrets).fill_table(table, Interpolation::Known::everything, true);
}

}  // namespace sup
