// `ctl fmt`: configuration files are formatted where they are, or it is shown what that would do.
#include "config/format.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "config/files.hpp"
#include "ctl/render_table.hpp"
#include "ctl/text_diff.hpp"
#include "ctl/verbs.hpp"
#include "sys/durable_file.hpp"

namespace sup::ctl {
namespace {

constexpr std::string_view kStandardInput = "-";

enum class Wish : std::uint8_t { write, check, diff, print };

// What became of one file.
struct Outcome {
  std::string file = {};
  bool is_changed = false;
  bool is_written = false;
  std::string error = {};  // For programs; people have been told.
  std::string shown = {};  // The difference, or the text.
};

Wish wish_of(const wire::Arguments& arguments) {
  if (arguments.flag("stdout")) return Wish::print;
  if (arguments.flag("diff")) return Wish::diff;
  return arguments.flag("check") ? Wish::check : Wish::write;
}

// Everything of standard input, up to the size that a file may have.
ConfigFile read_standard_input(Report& found) {
  ConfigFile out{std::string(kStandardInput), {}};
  char buffer[65'536];
  while (out.text.size() <= kMaxConfigFileBytes) {
    const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) found.error(out.name, {}, fmt::format("cannot read: {}", errno_text(errno)));
    if (count <= 0) return out;
    out.text.append(buffer, static_cast<std::size_t>(count));
  }
  found.error(out.name, {}, too_large_text());
  return out;
}

class Formatter {
 public:
  explicit Formatter(Context& context) : context_(context), wish_(wish_of(context.call.arguments)) {}

  void take(const std::string& path) {
    Report found;
    std::vector<ConfigFile> files;
    if (path == kStandardInput) {
      files.push_back(read_standard_input(found));
    } else {
      const LoadOptions these_alone{.trust = FileTrust::unchecked, .follows_files = false};
      for (ReadFile& read : read_config_files({&path, 1}, {}, these_alone, found).files)
        files.push_back(std::move(read.file));
    }
    const bool is_unread = found.has_errors();
    for (const Diagnostic& diagnostic : found.take()) tell(diagnostic, {});
    if (is_unread && path == kStandardInput) return;
    for (const ConfigFile& file : files) take(file);
  }

  [[nodiscard]] int code() const { return code_of(is_good_ ? ExitCode::done : ExitCode::failed); }

 private:
  void take(const ConfigFile& file) {
    Outcome outcome{.file = file.name};
    const auto text = format_toml(file.text, file.name);
    if (text) {
      outcome.is_changed = *text != file.text;
      carry_out(file, *text, outcome);
      finish(outcome);
    } else {
      tell(text.error(), {{file.name, file.text}});
    }
  }

  void carry_out(const ConfigFile& file, const std::string& text, Outcome& outcome) {
    switch (wish_) {
      case Wish::print: outcome.shown = text; return;
      case Wish::diff: outcome.shown = unified_diff(file.text, text, file.name); break;
      case Wish::check: break;
      case Wish::write: write(file, text, outcome); return;
    }
    if (outcome.is_changed && context_.call.arguments.flag("check")) is_good_ = false;
  }

  void write(const ConfigFile& file, const std::string& text, Outcome& outcome) {
    if (file.name == kStandardInput) {
      outcome.shown = text;
      return;
    }
    if (!outcome.is_changed) return;
    const auto written = sys::rewrite_file(file.name, text);
    outcome.is_written = written.has_value();
    if (!written) outcome.error = written.error().what;
  }

  void finish(const Outcome& outcome) {
    if (!outcome.error.empty()) is_good_ = false;
    if (context_.wants_json()) return print_json(outcome);
    if (!outcome.error.empty()) report(context_, {ExitCode::failed, outcome.error});
    if (wish_ == Wish::check && outcome.is_changed) context_.out.write(visible(outcome.file) + "\n");
    if (outcome.is_written) note(context_, fmt::format("{}: formatted", visible(outcome.file)));
    context_.out.write(outcome.shown);
  }

  // What is wrong with a file, as `ctl check` says it.
  void tell(const Diagnostic& diagnostic, const SourceTexts& sources) {
    if (diagnostic.severity == Severity::error) is_good_ = false;
    if (context_.wants_json() && diagnostic.severity == Severity::error)
      print_json({.file = diagnostic.file, .error = render_headline(diagnostic)});
    else
      context_.err.write(render(diagnostic, sources, context_.err.paint() == Paint::on ? Colors::on : Colors::off));
  }

  void print_json(const Outcome& outcome) {
    nlohmann::ordered_json out;
    out["file"] = outcome.file;
    out["changed"] = outcome.is_changed;
    out["written"] = outcome.is_written;
    out["error"] = outcome.error.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(outcome.error);
    if (wish_ == Wish::diff) out["diff"] = outcome.shown;
    if (!outcome.shown.empty() && wish_ != Wish::diff) out["text"] = outcome.shown;
    context_.out.write(out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  }

  Context& context_;
  Wish wish_;
  bool is_good_ = true;
};

}  // namespace

int run_format(Context& context) {
  Formatter formatter(context);
  for (const std::string& path : context.call.arguments.texts("paths")) formatter.take(path);
  context.err.flush();
  return formatter.code();
}

}  // namespace sup::ctl
