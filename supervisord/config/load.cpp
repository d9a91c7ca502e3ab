#include "config/load.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "config/controller_check.hpp"
#include "config/files.hpp"
#include "config/given.hpp"
#include "config/loader.hpp"
#include "config/masking.hpp"
#include "config/system_check.hpp"

namespace sup {
namespace {

Loaded finish(Loader& loader, Report& report) {
  Loaded out;
  out.has_errors = report.has_errors();
  out.set = std::move(loader.set_);
  out.diagnostics = report.take();
  for (Diagnostic& diagnostic : out.diagnostics) {
    diagnostic.message = without_secrets(std::move(diagnostic.message), loader.secrets());
    diagnostic.hint = without_secrets(std::move(diagnostic.hint), loader.secrets());
  }
  for (const Diagnostic& diagnostic : out.diagnostics)
    if (auto text = loader.sources_.extract(diagnostic.file)) out.sources.insert(std::move(text));
  return out;
}

// The default directory if it is there. Services can also be given on the command line, so that it is missing is no
// error.
std::vector<std::string> default_paths(const Who& who, Report& report) {
  auto directory = default_config_dir(who);
  if (!directory) {
    report.warning("configuration", {}, directory.error().what);
    return {};
  }
  if (::access(directory->c_str(), F_OK) == 0 || errno != ENOENT) return {*std::move(directory)};
  report.warning(*directory, {}, "there is no configuration directory");
  return {};
}

void add_files(Loader& loader, std::vector<ReadFile> files, const LoadOptions& options, std::vector<ConfigFile>& kept) {
  for (ReadFile& read : files) {
    if (options.keeps_files && read.file.kind != ConfigKind::answer) kept.push_back(read.file);
    loader.add(std::move(read));
  }
  loader.finish();
  if (!options.keeps_files) return;
  for (ConfigFile& answer : loader.answers()) kept.push_back(std::move(answer));
}

}  // namespace

Loaded load(std::span<const std::string> paths, const LoadOptions& options) {
  Report report;
  Loader loader(report, options);
  GivenConfiguration given;
  if (paths.empty()) {
    given = given_configuration(options.who);
    if (given.is_empty()) given.paths = default_paths(options.who, report);
    paths = given.paths;
  }
  ReadFiles read =
      read_config_files(paths, {std::string(kTomlName), std::move(given.text)}, options, report);
  if (report.has_errors()) loader.miss_a_file();
  std::vector<ConfigFile> kept;
  add_files(loader, std::move(read.files), options, kept);
  const Locate locate = [&](const SpecPlace& place) { return loader.locate(place); };
  if (options.system != SystemChecks::off) check_system(loader.set_, options.who, locate, report);
  if (options.system == SystemChecks::on) check_controllers(loader.set_, locate, report);
  Loaded out = finish(loader, report);
  out.files = std::move(kept);
  out.looked_for = std::move(read.looked_for);
  return out;
}

Loaded load_again(std::vector<ConfigFile> files, const LoadOptions& options) {
  Report report;
  Loader loader(report, options);
  std::vector<ReadFile> read;
  for (ConfigFile& file : files)
    read.push_back(file.kind == ConfigKind::answer ? ReadFile{std::move(file), Value{}} : parsed(std::move(file)));
  std::vector<ConfigFile> kept;
  add_files(loader, std::move(read), options, kept);
  Loaded out = finish(loader, report);
  out.files = std::move(kept);
  return out;
}

Loaded load_text(std::string_view text, std::string_view file_name) {
  Report report;
  const LoadOptions options;
  Loader loader(report, options);
  loader.add(parsed({std::string(file_name), std::string(text)}));
  loader.finish();
  return finish(loader, report);
}

std::string render_all(const Loaded& loaded, Colors colors) {
  std::string out;
  for (const Diagnostic& diagnostic : loaded.diagnostics) out += render(diagnostic, loaded.sources, colors);
  return out;
}

Result<> check_service_name(std::string_view name) { return check_definition_name("service", name); }

}  // namespace sup
