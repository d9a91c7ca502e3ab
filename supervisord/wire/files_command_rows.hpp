// Commands that work on files. Included by command_rows.hpp only.
#pragma once

#include <array>

#include "wire/shared_command_rows.hpp"

namespace sup::wire {

// Exit codes.
inline constexpr auto kLocalExits = std::array{ExitCode::done, ExitCode::usage};
inline constexpr auto kNamedFileExits =
    std::array{ExitCode::done, ExitCode::failed, ExitCode::usage, ExitCode::no_such_service};
inline constexpr auto kCheckExits = std::array{ExitCode::done, ExitCode::failed, ExitCode::usage};

// check, completion, schema
inline constexpr auto kCheckParams = std::array{ParamRow{.name = "paths",
                                                         .type = ParamType::texts,
                                                         .given = Given::words,
                                                         .metavar = "PATH",
                                                         .scope = Scope::local,
                                                         .completes = Completes::files,
                                                         .doc = "Files or directories of *.toml files. Default: where "
                                                                "supervisord looks."},
                                                ParamRow{.name = "profile",
                                                         .type = ParamType::texts,
                                                         .given = Given::option,
                                                         .option = "--profile",
                                                         .metavar = "PROFILE",
                                                         .scope = Scope::local,
                                                         .doc = "Have also the services with this profile."}};
inline constexpr auto kCheckExamples = std::array{
    Example{"ctl check", "the configuration that supervisord would read"}, Example{"ctl check ./conf.d", "another one"},
    Example{"ctl check --profile dev ./conf.d", "as with supervisord --profile dev"},
    Example{"ctl check --json", "for an editor or CI: every problem with file, line and column"}};
inline constexpr std::array<std::string_view, 3> kShells = {"bash", "zsh", "fish"};
inline constexpr auto kCompletionParams = std::array{ParamRow{.name = "shell",
                                                              .type = ParamType::choice,
                                                              .given = Given::word,
                                                              .metavar = "SHELL",
                                                              .need = Need::required,
                                                              .scope = Scope::local,
                                                              .choices = kShells,
                                                              .doc = "bash, zsh or fish."}};
inline constexpr auto kCompletionExamples =
    std::array{Example{"ctl completion bash", "source it, or save it as /etc/bash_completion.d/ctl"},
               Example{"ctl completion fish", "save it as ~/.config/fish/completions/ctl.fish"}};
inline constexpr auto kSchemaParams =
    std::array{ParamRow{.name = "manual",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--manual",
                        .scope = Scope::local,
                        .doc = "The reference manual of all settings instead, as Markdown."},
               ParamRow{.name = "template",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--template",
                        .scope = Scope::local,
                        .doc = "A commented configuration file with every setting instead."},
               ParamRow{.name = "output",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--output",
                        .scope = Scope::local,
                        .doc = "The JSON Schema of what each verb prints with --json instead."}};
inline constexpr auto kSchemaExamples =
    std::array{Example{"ctl schema", "the JSON Schema of the configuration, for editors"},
               Example{"ctl schema --template", "a file to start from"},
               Example{"ctl schema --output", "what programs find in --json"}};

// explain-key, fmt
inline constexpr auto kExplainKeyParams = std::array{
    ParamRow{.name = "keys",
             .type = ParamType::texts,
             .given = Given::words,
             .metavar = "KEY",
             .scope = Scope::local,
             .completes = Completes::settings,
             .doc = "A setting (\"stop.timeout\"), a table of settings (\"stop\"), a section (\"service\"), or how one "
                    "of these begins or ends. Default: the sections."}};
inline constexpr auto kExplainKeyExamples =
    std::array{Example{"ctl explain-key stop.timeout", "what a setting means, takes, and is by default"},
               Example{"ctl explain-key health", "a table and all that is in it"},
               Example{"ctl explain-key supervisord", "all settings of a section"},
               Example{"ctl explain-key timeout", "wherever there is a timeout"},
               Example{"ctl explain-key --json restart.when", "for an editor"}};
inline constexpr auto kFormatParams = std::array{
    ParamRow{.name = "paths",
             .type = ParamType::texts,
             .given = Given::words,
             .metavar = "FILE",
             .need = Need::required,
             .scope = Scope::local,
             .completes = Completes::files,
             .doc = "Files, directories of *.toml files, or - for standard input, which goes to standard output."},
    ParamRow{.name = "check",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--check",
             .scope = Scope::local,
             .doc = "Write nothing; name the files that are not formatted, and exit with 1 if there are any."},
    ParamRow{.name = "diff",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--diff",
             .scope = Scope::local,
             .doc = "Write nothing; print what would change, as diff -u does."},
    ParamRow{.name = "stdout",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--stdout",
             .scope = Scope::local,
             .doc = "Write nothing; print the formatted text."}};
inline constexpr auto kFormatExamples = std::array{
    Example{"ctl fmt conf.d/web.toml", "format a file in its place"},
    Example{"ctl fmt --check /etc/supervisord/conf.d", "in CI: fail if a file is not formatted"},
    Example{"ctl fmt --diff conf.d", "what would change"},
    Example{"ctl fmt --stdout web.toml", "the text, and the file as it is; `ctl fmt -` formats standard input"}};
inline constexpr std::array<std::string_view, 7> kImportFormats = {"supervisor", "systemd", "procfile", "compose",
                                                                   "s6-rc",      "runit",   "crontab"};
inline constexpr auto kImportParams = std::array{
    ParamRow{.name = "from",
             .type = ParamType::choice,
             .given = Given::option,
             .option = "--from",
             .metavar = "FORMAT",
             .scope = Scope::local,
             .choices = kImportFormats,
             .doc = "What it is: supervisor, systemd, procfile, compose, s6-rc, runit or crontab. Default: what its "
                    "name and content say."},
    ParamRow{.name = "output",
             .type = ParamType::text,
             .given = Given::option,
             .option = "-o,--output",
             .metavar = "DIR",
             .scope = Scope::local,
             .completes = Completes::files,
             .doc = "Write each service to a file NAME.toml in this directory. Default: all to standard output."},
    ParamRow{.name = "force",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--force",
             .scope = Scope::local,
             .fallback = "false",
             .doc = "Write although something essential is lost, and over files that are there."},
    ParamRow{.name = "paths",
             .type = ParamType::texts,
             .given = Given::words,
             .metavar = "PATH",
             .need = Need::required,
             .scope = Scope::local,
             .completes = Completes::files,
             .doc = "Files or directories; for systemd also units by name, such as nginx.service or web@1."}};
inline constexpr auto kImportExamples =
    std::array{Example{"ctl import /etc/supervisor/supervisord.conf", "its definitions, on standard output"},
               Example{"ctl import nginx.service redis-server.service -o conf.d", "units of systemd, one file each"},
               Example{"ctl import -v docker-compose.yml", "also what each option has become"},
               Example{"ctl import --from runit /etc/service --force -o conf.d", "whatever is lost"}};

// cat, edit, new
inline constexpr ParamRow kConfigPaths{.name = "config",
                                       .type = ParamType::texts,
                                       .given = Given::option,
                                       .option = "--config",
                                       .metavar = "PATH",
                                       .scope = Scope::local,
                                       .completes = Completes::files,
                                       .doc =
                                           "The configuration: a file or directory. May be given several times. "
                                           "Default: that of the supervisord that answers, else where one looks."};
inline constexpr auto kCatParams = std::array{ParamRow{.name = "names",
                                                       .type = ParamType::texts,
                                                       .given = Given::words,
                                                       .metavar = "NAME",
                                                       .need = Need::required,
                                                       .scope = Scope::local,
                                                       .completes = Completes::services,
                                                       .doc = "Names or patterns of services."},
                                              kConfigPaths};
inline constexpr auto kCatExamples =
    std::array{Example{"ctl cat web", "its definition, what it uses, and its drop-ins"},
               Example{"ctl cat --config ./conf.d 'web*'", "of another configuration"}};
inline constexpr auto kEditParams = std::array{ParamRow{.name = "name",
                                                        .type = ParamType::text,
                                                        .given = Given::word,
                                                        .metavar = "NAME",
                                                        .need = Need::required,
                                                        .scope = Scope::local,
                                                        .completes = Completes::services,
                                                        .doc = "The name of a service."},
                                               kConfigPaths};
inline constexpr auto kEditExamples =
    std::array{Example{"ctl edit web", "change settings of web in web.d/override.toml"},
               Example{"VISUAL=nano ctl edit --config ./conf.d web", "with this editor, in another configuration"}};
inline constexpr auto kNewParams = std::array{
    ParamRow{.name = "name",
             .type = ParamType::text,
             .given = Given::word,
             .metavar = "NAME",
             .need = Need::required,
             .scope = Scope::local,
             .doc = "The name of the new service."},
    ParamRow{.name = "command",
             .type = ParamType::texts,
             .given = Given::rest,
             .metavar = "COMMAND",
             .need = Need::required,
             .scope = Scope::local,
             .doc = "The program and its arguments, behind \"--\" if there are options among them."},
    ParamRow{.name = "set",
             .type = ParamType::texts,
             .given = Given::option,
             .option = "--set",
             .metavar = "KEY=VALUE",
             .scope = Scope::local,
             .doc = "Another setting by its key, with dots for tables; the value is TOML, or else a string. "
                    "May be given several times."},
    ParamRow{.name = "stdout",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--stdout",
             .scope = Scope::local,
             .fallback = "false",
             .doc = "Print it, write nothing."},
    ParamRow{.name = "output",
             .type = ParamType::text,
             .given = Given::option,
             .option = "-o,--output",
             .metavar = "DIR",
             .scope = Scope::local,
             .completes = Completes::files,
             .doc =
                 "The directory to write NAME.toml in. Default: that of the supervisord that answers, else where one "
                 "looks; its conf.d, if there is one."}};
inline constexpr auto kNewExamples =
    std::array{Example{"ctl new web -- /srv/web/server --port 8080", "write conf.d/web.toml"},
               Example{"ctl new web --set user=www --set restart=always --stdout -- /srv/web/server", "only look"}};

inline constexpr auto kFileCommands = std::array{
    CommandRow{.verb = Verb::check,
               .name = "check",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kCheckParams,
               .summary = "Check configuration files, without supervisord and without changing anything.",
               .text =
                   "Prints every problem of every file with its place. With --json one object: services, externals, "
                   "absent, errors, warnings, and diagnostics with file, line, column, severity, message, hint.",
               .examples = kCheckExamples,
               .exits = kCheckExits},
    CommandRow{
        .verb = Verb::completion,
        .name = "completion",
        .role = Role::none,
        .group = HelpGroup::files,
        .params = kCompletionParams,
        .summary = "Print a completion script for a shell.",
        .text = "Completes verbs, options, and the names of the services for which the verb has something to do.",
        .examples = kCompletionExamples,
        .exits = kLocalExits},
    CommandRow{.verb = Verb::schema,
               .name = "schema",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kSchemaParams,
               .summary = "Print the JSON Schema, the manual or a template of the configuration.",
               .text = "Generated from the same rows that the configuration is read by.",
               .examples = kSchemaExamples,
               .exits = kLocalExits},
    CommandRow{.verb = Verb::explain_key,
               .name = "explain-key",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kExplainKeyParams,
               .summary = "Explain a setting of the configuration: type, default, example, when a change takes effect.",
               .text = "Generated from the same rows that the configuration is read by. A setting is written as in the "
                       "manual, with or without its section: stop.timeout, service.web.stop.timeout, "
                       "supervisord.socket. What begins or ends several settings lists these. With --json one object "
                       "per setting: section, key, summary, type, words, range, default, example, takes_effect, docs.",
               .examples = kExplainKeyExamples,
               .exits = kLocalExits,
               .exit_note = "2: there is no such setting."},
    CommandRow{
        .verb = Verb::format_files,
        .name = "fmt",
        .role = Role::none,
        .group = HelpGroup::files,
        .params = kFormatParams,
        .summary = "Format configuration files.",
        .text =
            "Blanks and empty lines are made uniform: one blank around = (aligned lines stay aligned), one behind a "
            "comma, an empty line in front "
            "of "
            "a table, an array that takes several lines with each line indented. Comments, the order of what is "
            "written, and how texts and numbers are written stay; an array that stands on one line stays there. The "
            "result is parsed and compared before anything is written, so that nothing changes its meaning. A file is "
            "replaced as a whole and keeps its mode and owner; of a symbolic link what it leads to is "
            "formatted. With --json one object per file: file, changed, written, error.",
        .examples = kFormatExamples,
        .exits = kCheckExits,
        .exit_note = "1: a file could not be formatted, or with --check is not."},
    CommandRow{.verb = Verb::import_foreign,
               .name = "import",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kImportParams,
               .summary = "Make definitions from those of another supervisor.",
               .text = "Each option of the source is mapped to a setting, or said on standard error: not mapped, "
                       "because. What is essential is a service that would not do what it did; if that is lost, "
                       "nothing is written without --force. The result is checked as `ctl check` does, but for what "
                       "is on this machine. With --json one object: services with their TOML, options, and problems.",
               .examples = kImportExamples,
               .exits = kCheckExits},
    CommandRow{.verb = Verb::cat,
               .name = "cat",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kCatParams,
               .summary = "Print the files that services are made of.",
               .text =
                   "Each with its name as a comment: the definition, what it takes from templates and defaults, and "
                   "the drop-ins, the lowest layer first. The files are read as they are now; `ctl plan` tells "
                   "what of them is not in force.",
               .examples = kCatExamples,
               .exits = kNamedFileExits},
    CommandRow{.verb = Verb::edit,
               .name = "edit",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kEditParams,
               .summary = "Change settings of a service in a drop-in.",
               .text = "Opens NAME.d/override.toml beside the file that defines the service in $VISUAL, $EDITOR or vi. "
                       "What comes back is checked with the whole configuration before it is saved: with a mistake it "
                       "is offered again, or kept in a file that is named, and nothing is changed. Services go on as "
                       "they are; `ctl apply` puts it in force.",
               .examples = kEditExamples,
               .exits = kNamedFileExits},
    CommandRow{.verb = Verb::new_definition,
               .name = "new",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kNewParams,
               .summary = "Write the definition of a new service.",
               .text = "It is checked with the other files first. A file that is there is never written over.",
               .examples = kNewExamples,
               .exits = kCheckExits}};

}  // namespace sup::wire
