// What is wrong with a configuration, and where. Problems of a configuration are not Errors but a list: all are
// reported at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.hpp"
#include "config/value.hpp"

namespace sup {

enum class Severity : std::uint8_t { error, warning };
template <>
inline constexpr auto kEnumNames<Severity> =
    std::array{EnumName{Severity::error, "error"}, EnumName{Severity::warning, "warning"}};

// One finding. With an error nothing of the configuration may be used; a warning changes nothing.
struct Diagnostic {
  std::string file;
  Span span;
  Severity severity = Severity::error;
  std::string message;  // One line, no full stop.
  std::string hint;     // What would be right ("did you mean 'restart'?"), or empty.
};

// Texts of the files, by the name that diagnostics use.
using SourceTexts = std::map<std::string, std::string, std::less<>>;

enum class Colors : std::uint8_t { off, on };

// "web.toml:3:1: error: unknown key 'restrat'; did you mean 'restart'?" Without a line when the whole file is meant.
[[nodiscard]] std::string render_headline(const Diagnostic& diagnostic, Colors colors = Colors::off);
// The headline, and when the text of the file is known the line and a caret line. Ends with a newline. Nothing from a
// file reaches a terminal as a control character.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, const SourceTexts& sources, Colors colors = Colors::off);

// Collects what is found. Bounded: after kMaxDiagnostics one more says that there is more.
class Report {
 public:
  static constexpr std::size_t kMaxDiagnostics = 1'000;

  void error(std::string_view file, Span span, std::string message, std::string hint = {});
  void warning(std::string_view file, Span span, std::string message, std::string hint = {});

  [[nodiscard]] bool has_errors() const { return has_errors_; }
  // Sorted by file and line, and each once, however many services share it; the report is empty afterwards.
  [[nodiscard]] std::vector<Diagnostic> take();

 private:
  void add(Diagnostic diagnostic);

  std::vector<Diagnostic> found_;
  std::size_t left_out_ = 0;
  bool has_errors_ = false;
};

}  // namespace sup
