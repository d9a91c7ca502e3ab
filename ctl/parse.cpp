#include "ctl/parse.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "base/check.hpp"
#include "base/moment.hpp"
#include "base/signals.hpp"
#include "base/text.hpp"
#include "ctl/find_verb.hpp"
#include "ctl/foreign_verbs.hpp"
#include "ctl/global_options.hpp"
#include "ctl/help.hpp"
#include "ctl/local_offset.hpp"
#include "sys/clock.hpp"

namespace sup::ctl {

using wire::ArgumentValue;
using wire::CommandRow;
using wire::Need;

std::vector<std::string_view> spellings(const ParamRow& param) {
  std::vector<std::string_view> list;
  std::string_view rest = param.option;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    list.push_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return list;
}

namespace {

bool is_flag(const ParamRow& param) { return param.given == Given::flag || param.given == Given::flag_off; }

// A mistake, with the way to more help.
std::unexpected<Answer> mistake(const CommandRow* row, std::string_view what) {
  const std::string verb = row != nullptr ? fmt::format(" {}", row->name) : "";
  return std::unexpected(Answer{ExitCode::usage, fmt::format("ctl{0}: {1}\ntry 'ctl{0} --help'\n", verb, what)});
}

std::unexpected<Answer> done(std::string text) { return std::unexpected(Answer{ExitCode::done, std::move(text)}); }

// What CLI11 found for one row: the values in order, or how often a flag was there.
struct Found {
  const ParamRow* param = nullptr;
  std::vector<std::string> values;
  int count = 0;
};

bool is_positional(const ParamRow& param) {
  return param.given == Given::word || param.given == Given::words || param.given == Given::rest;
}

// CLI11 lets "!" take back what a flag says: who writes --wait, or --restart after an alias, gets what is so anyway.
std::string with_opposite(const ParamRow& param) {
  constexpr std::string_view kNo = "--no-";
  if (param.given != Given::flag_off || !param.option.starts_with(kNo)) return std::string(param.option);
  return fmt::format("{0},!--{1}", param.option, param.option.substr(kNo.size()));
}

void add_to(CLI::App& app, Found& found) {
  const std::string name = with_opposite(*found.param);
  if (is_flag(*found.param))
    app.add_flag(name, found.count);
  else  // One value each time it is given. A second one is refused later, with a clearer text than CLI11's.
    app.add_option(name, found.values)->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args(false);
}

// Gives the words to the rows by position; what no row takes is returned. CLI11 would spread them differently: there
// the first list takes all.
std::vector<std::string> distribute(std::vector<std::string> words, std::vector<Found>& founds) {
  std::size_t next = 0;
  for (Found& found : founds) {
    if (!is_positional(*found.param)) continue;
    const std::size_t left = words.size() - next;
    const std::size_t taken = found.param->given != Given::word ? left : std::min<std::size_t>(left, 1);
    for (std::size_t i = 0; i < taken; ++i) found.values.push_back(std::move(words[next++]));
  }
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(next));
  return words;
}

// Takes off what is behind "--" if a row wants it as it is.
std::vector<std::string> cut_rest(const std::vector<Found>& founds, std::vector<std::string>& words) {
  const bool is_wanted =
      std::ranges::any_of(founds, [](const Found& found) { return found.param->given == Given::rest; });
  const auto mark = std::ranges::find(words, "--");
  if (!is_wanted || mark == words.end()) return {};
  std::vector<std::string> rest(mark + 1, words.end());
  words.erase(mark, words.end());
  return rest;
}

// Splits the words by the rows. Left-over words are the result; an error is CLI11's text as far as that is clear.
std::expected<std::vector<std::string>, std::string> split(std::vector<Found>& founds, std::vector<std::string> words) {
  const std::vector<std::string> rest = cut_rest(founds, words);
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  for (Found& found : founds)
    if (!is_positional(*found.param)) add_to(app, found);
  std::vector<std::string> positionals;
  app.add_option("words", positionals)->expected(1, CLI::detail::expected_max_vector_size);
  std::ranges::reverse(words);  // CLI11 takes them from the back.
  try {
    app.parse(std::move(words));
  } catch (const CLI::ArgumentMismatch& error) {  // "--since: 1 required TEXT missing"
    const std::string text = error.what();
    return std::unexpected(text.substr(0, text.find(": ")) + " needs a value");
  } catch (const CLI::Error& error) {
    return std::unexpected(std::string(error.what()));
  }
  std::vector<std::string> left_over = app.remaining();
  std::erase(left_over, "--");  // CLI11 leaves the mark itself over.
  positionals.insert(positionals.end(), rest.begin(), rest.end());
  if (left_over.empty()) left_over = distribute(std::move(positionals), founds);
  return left_over;
}

std::unexpected<Answer> unexpected_word(const CommandRow* row, std::span<const Found> founds, const std::string& word) {
  if (!word.starts_with('-')) return mistake(row, fmt::format("unexpected argument '{}'", printable(word)));
  const std::string option = word.substr(0, word.find('='));
  std::vector<std::string_view> known;
  for (const Found& found : founds)
    for (const std::string_view spelling : spellings(*found.param)) known.push_back(spelling);
  std::string text = fmt::format("unknown option '{}'", printable(option));
  if (const auto near = nearest(option, known)) text += fmt::format("; did you mean '{}'?", *near);
  return mistake(row, text);
}

// How messages call a parameter.
std::string_view title(const ParamRow& param) { return param.option.empty() ? param.metavar : spellings(param).back(); }

std::expected<ArgumentValue, std::string> integer_value(const ParamRow& param, const std::string& word) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error == std::errc() && end == word.data() + word.size() && number >= param.min && number <= param.max)
    return number;
  const std::string most =
      param.max == std::numeric_limits<std::int64_t>::max() ? "or more" : fmt::format("to {}", param.max);
  return std::unexpected(
      fmt::format("{} must be a whole number from {} {}, not '{}'", title(param), param.min, most, printable(word)));
}

std::expected<ArgumentValue, std::string> choice_value(const ParamRow& param, const std::string& word) {
  if (std::ranges::find(param.choices, word) != param.choices.end()) return word;
  std::string text =
      fmt::format("{} must be one of {}, not '{}'", title(param), fmt::join(param.choices, ", "), printable(word));
  if (const auto near = nearest(word, param.choices)) text += fmt::format("; did you mean '{}'?", *near);
  return std::unexpected(std::move(text));
}

std::expected<ArgumentValue, std::string> moment_value(const ParamRow& param, const std::string& word) {
  const auto moment = parse_moment(word, sys::wall_now(), local_offset);
  if (!moment) return std::unexpected(fmt::format("{}: {}", title(param), moment.error().what));
  return std::chrono::duration_cast<std::chrono::milliseconds>(moment->time_since_epoch()).count();
}

std::expected<ArgumentValue, std::string> duration_value(const ParamRow& param, const std::string& word) {
  const auto duration = parse_duration(word);
  if (!duration) return std::unexpected(fmt::format("{}: {}", title(param), duration.error().what));
  const std::int64_t ms = std::chrono::ceil<std::chrono::milliseconds>(*duration).count();
  const auto in_words = [](std::int64_t bound) { return format_duration(std::chrono::milliseconds{bound}); };
  if (ms < param.min)
    return std::unexpected(fmt::format("{} must be at least {}, not {}", title(param), in_words(param.min), word));
  if (ms > param.max)
    return std::unexpected(fmt::format("{} must be at most {}, not {}", title(param), in_words(param.max), word));
  return ms;
}

// The one value of a parameter by the rules of its row.
std::expected<ArgumentValue, std::string> value_of(const ParamRow& param, const std::string& word) {
  switch (param.type) {
    case ParamType::integer: return integer_value(param, word);
    case ParamType::choice: return choice_value(param, word);
    case ParamType::moment: return moment_value(param, word);
    case ParamType::duration: return duration_value(param, word);
    case ParamType::text:
      if (param.completes == wire::Completes::signals)
        if (const auto signal = parse_signal(word); !signal) return std::unexpected(signal.error().what);
      return word;
    case ParamType::texts:
    case ParamType::boolean: break;
  }
  check_failed("texts and flags have no single value");
}

std::string missing_text(const ParamRow& param) { return fmt::format("{} is missing", title(param)); }

// Sets what was found. The error is a sentence without "ctl VERB:".
std::expected<void, std::string> set_argument(const Found& found, wire::Arguments& arguments) {
  const ParamRow& param = *found.param;
  if (is_flag(param)) {
    if (found.count > 0) arguments.set(param.name, param.given == Given::flag);
    return {};
  }
  if (found.values.empty()) {
    if (param.need == Need::required) return std::unexpected(missing_text(param));
    return {};
  }
  for (const std::string& word : found.values) {
    if (word.empty() && param.given != Given::rest) return std::unexpected(fmt::format("{} is empty", title(param)));
    if (!is_utf8(word)) return std::unexpected(fmt::format("{} is not valid UTF-8", title(param)));
  }
  if (param.type == ParamType::texts) {
    arguments.set(param.name, found.values);
    return {};
  }
  if (found.values.size() > 1) return std::unexpected(fmt::format("{} was given twice", title(param)));
  auto value = value_of(param, found.values.front());
  if (!value) return std::unexpected(std::move(value).error());
  arguments.set(param.name, *std::move(value));
  return {};
}

Invocation with_globals(const CommandRow& row, const wire::Arguments& globals) {
  Invocation result{.row = &row, .arguments = {}, .socket = std::string(globals.text("socket")), .timeout = {}};
  if (const auto timeout = globals.integer("timeout")) result.timeout = std::chrono::milliseconds{*timeout};
  if (globals.flag("quiet")) result.verbosity = Verbosity::quiet;
  if (globals.flag("verbose")) result.verbosity = Verbosity::verbose;
  if (globals.flag("json")) result.format = Format::json;
  if (globals.flag("no-color")) result.colors = ColorWish::never;
  if (globals.flag("no-pager")) result.pager = PagerWish::never;
  if (globals.has("format")) {
    result.format = Format::fields;
    result.fields = globals.text("format");
  }
  return result;
}

std::unexpected<Answer> unknown_verb(const std::string& word) {
  std::vector<std::string_view> known;
  for (const CommandRow& row : wire::commands()) {
    known.push_back(row.name);
    known.insert(known.end(), row.aliases.begin(), row.aliases.end());
  }
  const auto foreign = std::ranges::find(kForeignVerbs, word, &ForeignVerb::verb);
  if (foreign != kForeignVerbs.end())
    return mistake(nullptr, fmt::format("there is no verb '{}'; {}", word, foreign->hint));
  std::string text = fmt::format("unknown verb '{}'", printable(word));
  if (const auto near = nearest(word, known)) text += fmt::format("; did you mean '{}'?", *near);
  return mistake(nullptr, text);
}

// `ctl logs rotate` means `ctl logs --rotate`.
void make_flag_of_deed(std::string_view verb, std::string& word) {
  const bool is_deed = word == "rotate" || word == "reopen" || word == "clear";
  if (verb == "logs" && is_deed) word.insert(0, "--");
}

// Contradictions between options that no single row can see.
std::expected<void, std::string> check_together(const CommandRow& row, const wire::Arguments& arguments,
                                                const wire::Arguments& globals) {
  for (const ParamRow& param : row.params)
    if (param.need == Need::unless_tagged && !arguments.has(param.name) && !arguments.has(wire::kTags))
      return std::unexpected(missing_text(param));
  if (globals.flag("quiet") && globals.flag("verbose"))
    return std::unexpected("--quiet and --verbose exclude each other");
  if (globals.has("format")) {
    if (globals.flag("json")) return std::unexpected("--json and --format exclude each other");
    if (row.reply.empty()) return std::unexpected("--format is for what supervisord answers");
  }
  if (row.verb == wire::Verb::apply && arguments.flag("watch") && arguments.has("confirm_ms"))
    return std::unexpected("--watch and --confirm exclude each other");
  if (row.verb == wire::Verb::status && arguments.flag("check") && arguments.flag("watch"))
    return std::unexpected("--check and --watch exclude each other");
  if (row.verb == wire::Verb::logs) {
    const int deeds = arguments.flag("rotate") + arguments.flag("reopen") + arguments.flag("clear");
    if (deeds > 1) return std::unexpected("--rotate, --reopen and --clear exclude each other");
    if (deeds == 1 && arguments.flag("follow")) return std::unexpected("--follow is for reading");
    if (arguments.flag("follow") && arguments.has("until"))
      return std::unexpected("--follow and --until exclude each other");
    const auto since = arguments.integer("since");
    const auto until = arguments.integer("until");
    if (since && until && *since >= *until) return std::unexpected("--since must be before --until");
  }
  if (row.verb == wire::Verb::schema &&
      arguments.flag("manual") + arguments.flag("template") + arguments.flag("output") > 1)
    return std::unexpected("--manual, --template and --output exclude each other");
  if (row.verb == wire::Verb::format_files && arguments.flag("stdout"))
    if (arguments.flag("check") || arguments.flag("diff"))
      return std::unexpected("--stdout excludes --check and --diff");
  return {};
}

// The rows that may occur on this command line; the global ones first.
std::vector<Found> rows_for(const CommandRow* row) {
  std::vector<Found> founds;
  for (const ParamRow& param : kGlobalOptions) founds.push_back({&param, {}, 0});
  if (row != nullptr)
    for (const ParamRow& param : row->params) founds.push_back({&param, {}, 0});
  return founds;
}

bool was_asked_for_help(std::span<const Found> founds) {
  return std::ranges::any_of(founds, [](const Found& found) { return found.param->name == "help" && found.count > 0; });
}

std::expected<void, std::string> set_arguments(std::span<const Found> founds, wire::Arguments& arguments) {
  for (const Found& found : founds)
    if (auto good = set_argument(found, arguments); !good) return good;
  return {};
}

std::expected<Invocation, Answer> interpret(const CommandRow* row, std::span<const Found> founds) {
  const auto global_founds = founds.first(kGlobalOptions.size());
  wire::Arguments globals;
  wire::Arguments arguments;
  if (const auto good = set_arguments(global_founds, globals); !good) return mistake(row, good.error());
  if (globals.flag("version")) return done("ctl " SUP_VERSION "\n");
  if (row == nullptr) {
    auto answer = mistake(nullptr, "a verb is missing");
    answer.error().lacks_verb = true;
    return answer;
  }
  if (const auto good = set_arguments(founds.subspan(global_founds.size()), arguments); !good)
    return mistake(row, good.error());
  if (const auto good = check_together(*row, arguments, globals); !good) return mistake(row, good.error());
  wire::fill_fallbacks(*row, arguments);
  Invocation result = with_globals(*row, globals);
  if (globals.has("host")) {
    auto hosts = parse_hosts(globals.text("host"));
    if (!hosts) return mistake(row, hosts.error());
    result.hosts = *std::move(hosts);
  }
  result.arguments = std::move(arguments);
  return result;
}

}  // namespace

std::expected<Invocation, Answer> parse(std::span<const std::string> words) {
  std::vector<std::string> rest(words.begin(), words.end());
  const CommandRow* row = nullptr;
  if (const std::size_t verb = find_verb(words); verb < words.size()) {
    row = wire::find_command(words[verb]);
    if (row == nullptr) return unknown_verb(words[verb]);
    if (verb + 1 < rest.size()) make_flag_of_deed(words[verb], rest[verb + 1]);
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(verb));
  }
  std::vector<Found> founds = rows_for(row);
  const auto left_over = split(founds, std::move(rest));
  if (!left_over) return mistake(row, left_over.error());
  // Help first: it is wanted most when the rest is wrong.
  if (was_asked_for_help(founds)) return done(row != nullptr ? verb_help(*row) : general_help());
  if (!left_over->empty()) return unexpected_word(row, founds, left_over->front());
  return interpret(row, founds);
}

}  // namespace sup::ctl
