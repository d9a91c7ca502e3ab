// `ctl cat` and `ctl new`: the files of definitions.
#include "ctl/definitions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/text.hpp"
#include "config/paths.hpp"
#include "config/transient.hpp"
#include "ctl/new_file.hpp"
#include "ctl/offline.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "sys/file.hpp"

namespace sup::ctl {
namespace {

LoadOptions files_alone() {
  LoadOptions options;
  options.system = SystemChecks::off;
  options.keeps_files = true;
  return options;
}

OrFailure<> print_file(Context& context, const std::string& path) {
  const auto text = sys::read_file(path, kMaxConfigFileBytes);
  if (!text) return failure(ExitCode::failed, text.error().what);
  context.out.write(styled(fmt::format("# {}", printable(path)), Style::faint, context.out.paint()) + "\n");
  context.out.write(*text);
  if (!text->ends_with('\n') && !text->empty()) context.out.write("\n");
  return {};
}

OrFailure<std::string> definition_text(const wire::Arguments& arguments) {
  const std::string name(arguments.text("name"));
  if (const auto good = check_service_name(name); !good) return failure(ExitCode::usage, good.error().what);
  ValueArray command;
  for (const std::string& word : arguments.texts("command")) command.push_back({word, {}});
  std::string out = fmt::format("[service.{}]\ncommand = {}\n", toml_key(name), inline_toml({std::move(command), {}}));
  for (const std::string& word : arguments.texts("set")) {
    auto line = setting_line(word);
    if (!line) return failure(ExitCode::usage, line.error().what);
    out += *line;
  }
  return out;
}

bool is_directory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

// Of a directory like /etc/supervisord its conf.d, of a plain one of definitions itself.
OrFailure<std::string> folder_of_new(const wire::Arguments& arguments, const std::vector<std::string>& config) {
  if (arguments.has("output")) return std::string(arguments.text("output"));
  const auto place = default_config_dir(this_process());
  if (config.empty() && !place) return failure(ExitCode::failed, place.error().what);
  const auto found = std::ranges::find_if(config, is_directory);
  if (!config.empty() && found == config.end())
    return failure(ExitCode::failed, fmt::format("the configuration is {}, no directory: add the definition there, or "
                                                 "say with --output where else",
                                                 printable(fmt::format("{}", fmt::join(config, ", ")))));
  const std::string& directory = config.empty() ? *place : *found;
  const bool is_layered = is_directory(directory + "/conf.d") || (place && directory == *place);
  return is_layered ? directory + "/conf.d" : directory;
}

// With the other files of the folder, or of the whole configuration.
OrFailure<> check_new(Context& context, std::vector<std::string> paths, const std::string& folder,
                      const std::string& path, const std::string& text) {
  if (context.call.arguments.has("output") && ::access(folder.c_str(), F_OK) == 0) paths.push_back(folder);
  if (context.call.arguments.has("output") && paths.empty()) {
    const Loaded alone = load_text(text, path);
    if (!alone.has_errors) return {};
    print_diagnostics(context, alone);
    return failure(ExitCode::failed, "nothing is written");
  }
  const Loaded whole = load_with(paths, {path, text});
  if (!whole.has_errors) return {};
  print_diagnostics(context, whole);
  return failure(ExitCode::failed, "with it the configuration has errors: nothing is written");
}

}  // namespace

void print_diagnostics(Context& context, const Loaded& loaded) {
  context.err.write(render_all(loaded, context.err.paint() == Paint::on ? Colors::on : Colors::off));
  context.err.flush();
}

std::vector<std::string> files_of(const SpecSet& set, const NamedService& service) {
  std::set<std::pair<Layer, std::uint32_t>> layers{{Layer::definition, service.file}};
  service.origins->for_each([&](const Origins::Row& row) { layers.emplace(row.layer, row.file); });
  std::vector<std::string> out;
  for (const auto& [layer, file] : layers)
    if (std::ranges::find(out, set.files[file]) == out.end()) out.push_back(set.files[file]);
  return out;
}

std::vector<std::string> config_in_use(Context& context) {
  const auto given = context.call.arguments.texts("config");
  if (!given.empty()) return {given.begin(), given.end()};
  auto plan = Asker(context).ask<wire::PlanReply>(wire::command(wire::Verb::plan), {});
  return plan ? std::move(plan->sources) : std::vector<std::string>();
}

Loaded load_with(std::span<const std::string> paths, ConfigFile file) {
  Loaded before = load(paths, files_alone());
  const auto same = std::ranges::find(before.files, file.name, &ConfigFile::name);
  if (same != before.files.end())
    same->text = std::move(file.text);
  else
    before.files.push_back(std::move(file));
  return load_again(std::move(before.files), {.system = SystemChecks::off});
}

int run_cat(Context& context) {
  const Loaded loaded = load(config_in_use(context), files_alone());
  const auto chosen = named_offline(context, loaded.set);
  if (!chosen) {
    if (loaded.has_errors) print_diagnostics(context, loaded);
    return report(context, chosen.error());
  }
  std::vector<std::string> files;
  for (const std::size_t i : *chosen)
    for (std::string& file : files_of(loaded.set, loaded.set.services[i]))
      if (std::ranges::find(files, file) == files.end()) files.push_back(std::move(file));
  for (const std::string& file : files) {
    if (&file != files.data()) context.out.write("\n");
    if (const auto printed = print_file(context, file); !printed) return report(context, printed.error());
  }
  return code_of(ExitCode::done);
}

int run_new(Context& context) {
  const wire::Arguments& arguments = context.call.arguments;
  const auto text = definition_text(arguments);
  if (!text) return report(context, text.error());
  std::vector<std::string> config = arguments.has("output") ? std::vector<std::string>() : config_in_use(context);
  const auto folder = folder_of_new(arguments, config);
  if (!folder) return report(context, folder.error());
  const std::string path = fmt::format("{}/{}.toml", *folder, arguments.text("name"));
  if (const auto checked = check_new(context, std::move(config), *folder, path, *text); !checked)
    return report(context, checked.error());
  if (arguments.flag("stdout")) {
    context.out.write(*text);
    return code_of(ExitCode::done);
  }
  if (const auto made = sys::ensure_dir(*folder, 0755); !made)
    return report(context, Failure{ExitCode::failed, made.error().what});
  if (const auto written = write_file(path, *text, Existing::kept); !written) return report(context, written.error());
  note(context, fmt::format("{} written; `ctl apply` puts it in force", path));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
