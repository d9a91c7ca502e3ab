// The verb import: definitions of other supervisors become ours.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/text.hpp"
#include "ctl/new_file.hpp"
#include "ctl/verbs.hpp"
#include "import/import.hpp"
#include "import/source.hpp"
#include "sys/file.hpp"
#include "wire/json_text.hpp"

namespace sup::ctl {
namespace {

using imports::Fate;
using imports::Imported;
using imports::Note;
using imports::Weight;

OrFailure<imports::Format> format_of(const wire::Arguments& arguments) {
  if (const auto named = enum_from_name<imports::Format>(arguments.text("from"))) return *named;
  std::optional<imports::Format> format;
  for (const std::string& path : arguments.texts("paths")) {
    // An instance of a template has no file of its own.
    if (path.find('/') != path.npos && path.find('@') == path.npos && !imports::is_there(path))
      return failure(ExitCode::failed, fmt::format("there is no '{}'", printable(path)));
    const auto guess = imports::guess_format(path);
    if (!guess)
      return failure(ExitCode::usage, fmt::format("what '{}' is cannot be seen; say it with --from", printable(path)));
    if (format && format != guess)
      return failure(ExitCode::usage,
                     fmt::format("'{}' is {}, and what stands before it {}; import one after the other",
                                 printable(path), enum_name(*guess), enum_name(*format)));
    format = guess;
  }
  return *format;
}

bool is_essential(const Note& note) { return note.fate == Fate::not_mapped && note.weight == Weight::essential; }

std::string line_of(const Note& note) {
  const std::string value = note.value.empty() ? "" : "=" + printable(note.value, 60);
  std::string_view fate = "mapped to";
  if (note.fate == Fate::same) fate = "nothing to set:";
  if (note.fate == Fate::not_mapped) fate = is_essential(note) ? "NOT MAPPED, essential:" : "not mapped:";
  return fmt::format("{}: {}{}: {} {}\n", imports::place_text(note.place), note.option, value, fate, note.text);
}

// What is lost; with --verbose what became of each option, with --quiet only what is essential.
void print_notes(Context& context, const Imported& result) {
  for (const Note& note : result.notes) {
    const bool is_wanted = context.is_verbose() || (note.fate == Fate::not_mapped && !context.is_quiet());
    if (is_wanted || is_essential(note))
      context.err.write(styled(line_of(note), is_essential(note) ? Style::bad : Style::plain, context.err.paint()));
  }
  for (const imports::Problem& problem : result.problems)
    context.err.write(styled(fmt::format("{}: error: {}\n", imports::place_text(problem.place), problem.text),
                             Style::bad, context.err.paint()));
  if (context.is_quiet()) return;
  const std::size_t essential = imports::essential_losses(result);
  context.err.write(fmt::format("{}: {} mapped, {} with nothing to set, {} not mapped{}\n",
                                counted(result.notes.size(), "option"), imports::count_of(result, Fate::mapped),
                                imports::count_of(result, Fate::same), imports::count_of(result, Fate::not_mapped),
                                essential == 0 ? "" : fmt::format(", {} of them essential", essential)));
}

void append_place(std::string& out, const imports::Place& place) {
  out += "\"file\":";
  wire::append_json(out, std::string_view(place.file));
  out += fmt::format(",\"line\":{}", place.line == 0 ? "null" : fmt::format("{}", place.line));
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += fmt::format(",\"{}\":", name);
  wire::append_json(out, text);
}

std::string report_of(const Imported& result) {
  std::string out = "{\"definitions\":[";
  for (const imports::Definition& definition : result.definitions) {
    out += &definition == result.definitions.data() ? "{" : ",{";
    append_place(out, definition.place);
    append_member(out, "table", definition.table);
    append_member(out, "name", definition.name);
    append_member(out, "toml", imports::file_text(result, definition));
    out += "}";
  }
  out += "],\"supervisord\":";
  wire::append_json(out, std::string_view(imports::supervisord_text(result)));
  out += ",\"options\":[";
  for (const Note& note : result.notes) {
    out += &note == result.notes.data() ? "{" : ",{";
    append_place(out, note.place);
    append_member(out, "service", note.service);
    append_member(out, "option", note.option);
    append_member(out, "value", note.value);
    append_member(out, "fate", enum_name(note.fate));
    out += fmt::format(",\"essential\":{}", is_essential(note));
    append_member(out, "text", note.text);
    out += "}";
  }
  out += "],\"problems\":[";
  for (const imports::Problem& problem : result.problems) {
    out += &problem == result.problems.data() ? "{" : ",{";
    append_place(out, problem.place);
    append_member(out, "text", problem.text);
    out += "}";
  }
  return out + fmt::format("],\"essential_losses\":{}}}\n", imports::essential_losses(result));
}

// All files or none, as far as that can be seen before.
OrFailure<std::size_t> write_files(const Imported& result, const std::string& folder, Existing existing) {
  std::vector<std::pair<std::string, std::string>> files;
  if (const std::string text = imports::supervisord_text(result); !text.empty())
    files.emplace_back("supervisord", text);
  for (const imports::Definition& definition : result.definitions)
    files.emplace_back((definition.table == "service" ? "" : definition.table + "-") + definition.name,
                       imports::file_text(result, definition));
  if (const auto made = sys::ensure_dir(folder, 0755); !made) return failure(ExitCode::failed, made.error().what);
  for (auto& [name, text] : files) {
    name = fmt::format("{}/{}.toml", folder, name);
    if (existing == Existing::kept && ::access(name.c_str(), F_OK) == 0)
      return failure(ExitCode::failed, fmt::format("{} is there; --force writes over it", printable(name)));
  }
  for (const auto& [name, text] : files)
    if (auto written = write_file(name, text, existing, "; --force writes over it"); !written)
      return std::unexpected(std::move(written).error());
  return files.size();
}

// Why nothing may be written; nothing if it may.
std::optional<Failure> refusal(const Imported& result, Existing existing) {
  if (!result.problems.empty()) return Failure{ExitCode::failed, "the source cannot be imported: nothing is written"};
  if (result.definitions.empty() && imports::essential_losses(result) == 0)
    return Failure{ExitCode::failed, "there is no service in it"};
  if (existing == Existing::replaced || imports::essential_losses(result) == 0) return std::nullopt;
  return Failure{ExitCode::failed, "something essential is lost: nothing is written; --force writes the rest"};
}

}  // namespace

int run_import(Context& context) {
  const wire::Arguments& arguments = context.call.arguments;
  const auto format = format_of(arguments);
  if (!format) return report(context, format.error());
  const auto paths = arguments.texts("paths");
  const Imported result = imports::import_files(*format, {paths.begin(), paths.end()});
  const Existing existing = arguments.flag("force") ? Existing::replaced : Existing::kept;
  if (context.wants_json())
    context.out.write(report_of(result));
  else
    print_notes(context, result);
  context.err.flush();
  if (const auto why = refusal(result, existing)) return report(context, *why);
  if (!arguments.has("output")) {
    if (!context.wants_json()) context.out.write(imports::whole_text(result));
    return code_of(ExitCode::done);
  }
  const auto written = write_files(result, std::string(arguments.text("output")), existing);
  if (!written) return report(context, written.error());
  note(context, fmt::format("{} written", counted(*written, "file")));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
