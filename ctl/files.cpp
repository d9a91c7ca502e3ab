// Verbs about configuration files, which need no supervisord: check, schema.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "config/load.hpp"
#include "config/reference.hpp"
#include "ctl/output_schema.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {
namespace {

std::size_t count_of(const Loaded& loaded, Severity severity) {
  return static_cast<std::size_t>(
      std::ranges::count_if(loaded.diagnostics, [&](const Diagnostic& found) { return found.severity == severity; }));
}

// By which editors find the schema that was installed with this ctl; nothing where none was.
std::string schema_directive() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto schema = program.parent_path().parent_path() / "share/supervisord/supervisord.schema.json";
  return !error && std::filesystem::exists(schema, error) ? fmt::format("#:schema {}\n\n", schema.string()) : "";
}

}  // namespace

int run_check(Context& context) {
  const auto paths = context.call.arguments.texts("paths");
  LoadOptions options;
  const auto profiles = context.call.arguments.texts("profile");
  options.profiles.assign(profiles.begin(), profiles.end());
  const Loaded loaded = load(paths, options);
  if (context.wants_json()) {
    context.out.write(report_json(loaded) + "\n");
    return code_of(loaded.has_errors ? ExitCode::failed : ExitCode::done);
  }
  context.err.write(render_all(loaded, context.err.paint() == Paint::on ? Colors::on : Colors::off));
  context.err.flush();
  const std::size_t errors = count_of(loaded, Severity::error);
  const std::size_t warnings = count_of(loaded, Severity::warning);
  std::string found = errors > 0 ? counted(errors, "error") : "";
  if (warnings > 0) found += fmt::format("{}{}", found.empty() ? "" : ", ", counted(warnings, "warning"));
  if (!context.is_quiet())
    context.out.write(fmt::format("{}, {}\n", contents_text(loaded.set), found.empty() ? "no problems" : found));
  return code_of(loaded.has_errors ? ExitCode::failed : ExitCode::done);
}

int run_schema(Context& context) {
  if (context.call.arguments.flag("manual"))
    context.out.write(settings_manual());
  else if (context.call.arguments.flag("template"))
    context.out.write(schema_directive() + config_template());
  else if (context.call.arguments.flag("output"))
    context.out.write(output_schema());
  else
    context.out.write(json_schema());
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
