#include "ctl/help.hpp"

#include <fmt/format.h>

#include "base/check.hpp"
#include "ctl/global_options.hpp"
#include "ctl/parse.hpp"
#include "ctl/wrap.hpp"

namespace sup::ctl {
namespace {

using wire::CommandRow;
using wire::HelpGroup;
using wire::Need;

struct GroupTitle {
  HelpGroup group;
  std::string_view title;
};
constexpr GroupTitle kGroups[] = {{HelpGroup::insight, "What is going on"},
                                  {HelpGroup::services, "Services"},
                                  {HelpGroup::supervisord, "supervisord"},
                                  {HelpGroup::files, "Without supervisord"}};

bool is_positional(const ParamRow& param) {
  return param.given == Given::word || param.given == Given::words || param.given == Given::rest;
}

// "-n, --lines N", "NAME...".
std::string label(const ParamRow& param) {
  if (is_positional(param)) return std::string(param.metavar) + (param.given == Given::word ? "" : "...");
  std::string text = fmt::format("{}", fmt::join(spellings(param), ", "));
  if (param.given == Given::option) text += fmt::format(" {}", param.metavar);
  return text;
}

std::string doc_of(const ParamRow& param) {
  std::string doc(param.doc);
  if (!param.choices.empty() && !is_positional(param))
    doc += fmt::format(" One of {}.", fmt::join(param.choices, ", "));
  const bool is_flag = param.given == Given::flag || param.given == Given::flag_off;
  if (!param.fallback.empty() && !is_flag) doc += fmt::format(" Default: {}.", param.fallback);
  return doc;
}

void append_entry(std::string& out, const std::string& name, std::string_view doc, std::size_t column) {
  out += fmt::format("  {:<{}}  {}\n", name, column, wrapped(doc, column + 4));
}

void append_params(std::string& out, std::string_view title, std::span<const ParamRow> params,
                   bool (*wanted)(const ParamRow&)) {
  std::size_t column = 0;
  for (const ParamRow& param : params)
    if (wanted(param)) column = std::max(column, label(param).size());
  if (column == 0) return;
  out += fmt::format("\n{}:\n", title);
  for (const ParamRow& param : params)
    if (wanted(param)) append_entry(out, label(param), doc_of(param), column);
}

// Beside their examples, or below where those are too long.
void append_examples(std::string& out, std::span<const wire::Example> examples) {
  constexpr std::size_t kWidest = 50;
  constexpr std::size_t kIndent = 6;
  std::size_t column = 0;
  for (const wire::Example& example : examples) column = std::max(column, example.line.size());
  out += "\nExamples:\n";
  for (const wire::Example& example : examples)
    if (column <= kWidest)
      append_entry(out, std::string(example.line), example.doc, column);
    else
      out += fmt::format("  {}\n{:{}}{}\n", example.line, "", kIndent, wrapped(example.doc, kIndent));
}

bool is_option(const ParamRow& param) { return !is_positional(param); }

std::string verb_words(const CommandRow& row) {
  std::string text(row.name);
  for (const std::string_view alias : row.aliases) text += fmt::format(", {}", alias);
  return text;
}

void append_group(std::string& out, const GroupTitle& group) {
  out += fmt::format("\n{}:\n", group.title);
  for (const CommandRow& row : wire::commands())
    if (row.group == group.group) append_entry(out, verb_words(row), row.summary, 14);
}

}  // namespace

std::string usage_line(const CommandRow& row) {
  std::string text = fmt::format("usage: ctl {} [OPTIONS]", row.name);
  for (const ParamRow& param : row.params) {
    if (!is_positional(param)) continue;
    text += param.need != Need::optional ? fmt::format(" {}", label(param)) : fmt::format(" [{}]", label(param));
  }
  return text;
}

std::string general_help() {
  std::string out = "usage: ctl [OPTIONS] VERB ...\n\nTalks to supervisord.\n";
  for (const GroupTitle& group : kGroups) append_group(out, group);
  append_params(out, "Options, before or after the verb", kGlobalOptions, is_option);
  out += "\nExit codes:\n";
  for (const auto& code : kEnumNames<ExitCode>)
    out += fmt::format("  {:>3}  {}\n", static_cast<int>(code.value), code.doc);
  out += "\n`ctl VERB --help` tells more about a verb and has examples.\n";
  return out;
}

std::string verb_help(const CommandRow& row) {
  std::string out = fmt::format("{}\n\n{}\n{}\n", usage_line(row), row.summary, wrapped(row.text, 0));
  if (!row.aliases.empty()) out += fmt::format("Also called: {}.\n", fmt::join(row.aliases, ", "));
  append_params(out, "Arguments", row.params, is_positional);
  append_params(out, "Options", row.params, is_option);
  append_params(out, "Options of every verb", kGlobalOptions, is_option);
  append_examples(out, row.examples);
  out += "\nExit codes:\n";
  for (const ExitCode code : row.exits)
    for (const auto& known : kEnumNames<ExitCode>)
      if (known.value == code) out += fmt::format("  {:>3}  {}\n", static_cast<int>(code), known.doc);
  if (!row.exit_note.empty()) out += fmt::format("  {}\n", wrapped(row.exit_note, 2));
  return out;
}

namespace {

// In a cell of a table of Markdown a bar ends the cell, also within code.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '|' ? "\\|" : std::string(1, c));
  return out;
}

void append_table(std::string& out, std::span<const ParamRow> params) {
  out += "| | |\n|---|---|\n";
  for (const ParamRow& param : params) out += fmt::format("| `{}` | {} |\n", cell(label(param)), cell(doc_of(param)));
  out += '\n';
}

void append_verb_section(std::string& out, const CommandRow& row) {
  out +=
      fmt::format("## ctl {}\n\n{} {}\n\n```\n{}\n```\n\n", row.name, row.summary, row.text, usage_line(row).substr(7));
  if (!row.aliases.empty()) out += fmt::format("Also called: `{}`.\n\n", fmt::join(row.aliases, "`, `"));
  if (!row.params.empty()) append_table(out, row.params);
  out += "```sh\n";
  for (const wire::Example& example : row.examples) out += fmt::format("{}  # {}\n", example.line, example.doc);
  out += "```\n\nExit codes:";
  for (const ExitCode code : row.exits)
    out += fmt::format("{} {}", code == row.exits.front() ? "" : ",", static_cast<int>(code));
  out += '.';
  if (!row.exit_note.empty()) out += fmt::format(" {}", row.exit_note);
  if (!row.method.empty())
    out += fmt::format(" Role: {}. Method: `{}.{}`.", enum_name(row.role.value), wire::kInterface, row.method);
  out += "\n\n";
}

}  // namespace

std::string reference_page() {
  std::string out =
      "# ctl\n\nThe command-line client of supervisord. This page is generated from the command rows "
      "(`supervisord/wire/command_rows.hpp`).\n\n```\nctl [OPTIONS] VERB ...\n```\n\n"
      "Data goes to standard output, errors and progress to standard error.\n\n"
      "Options, before or after the verb:\n\n";
  append_table(out, kGlobalOptions);
  out += "| exit code | |\n|---|---|\n";
  for (const auto& code : kEnumNames<ExitCode>)
    out += fmt::format("| {} | {} |\n", static_cast<int>(code.value), code.doc);
  out += "\n| verb | |\n|---|---|\n";
  for (const CommandRow& row : wire::commands())
    out += fmt::format("| [{0}](#ctl-{0}) | {1} |\n", row.name, row.summary);
  out += '\n';
  for (const CommandRow& row : wire::commands()) append_verb_section(out, row);
  out.pop_back();
  return out;
}

}  // namespace sup::ctl
