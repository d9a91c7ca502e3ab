// Command lines of ctl: what they mean, and what is said about wrong ones.
#include <algorithm>
#include <sstream>

#include "ctl/foreign_verbs.hpp"
#include "ctl/help.hpp"
#include "ctl/parse.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::ctl;
using wire::Verb;

namespace {

std::expected<Invocation, Answer> parse_words(std::vector<std::string> words) { return parse(words); }

Invocation good(std::vector<std::string> words) {
  const auto result = parse(words);
  if (!result) FAIL(result.error().text);
  return *result;
}

struct Wrong {
  std::vector<std::string> words;
  std::string_view says;
};

}  // namespace

TEST_CASE("options of every verb stand before or after it", "[ctl][parse]") {
  for (const auto& words : {std::vector<std::string>{"--socket", "/s", "--json", "--timeout", "2s", "status", "web"},
                            {"status", "web", "--socket=/s", "--json", "--timeout=2s"},
                            {"--socket", "/s", "status", "--json", "web", "--timeout", "2s"}}) {
    const Invocation call = good(words);
    REQUIRE(call.row->verb == Verb::status);
    REQUIRE(call.socket == "/s");
    REQUIRE(call.format == Format::json);
    REQUIRE(call.timeout == std::chrono::seconds{2});
    REQUIRE(call.arguments.texts("names").size() == 1);
  }
}

TEST_CASE("aliases are the verb", "[ctl][parse]") {
  REQUIRE(good({"ls"}).row->verb == Verb::status);
  REQUIRE(good({"ps", "web"}).row->verb == Verb::status);
}

TEST_CASE("arguments get their types and fallbacks", "[ctl][parse]") {
  const Invocation logs =
      good({"logs", "web", "db", "-fn", "7", "--stream", "stderr", "--raw", "--since", "@1795946400"});
  REQUIRE(logs.arguments.integer("lines") == 7);
  REQUIRE(logs.arguments.flag("follow"));
  REQUIRE(logs.arguments.flag("raw"));
  REQUIRE(logs.arguments.text("stream") == "stderr");
  REQUIRE(logs.arguments.texts("names").size() == 2);
  REQUIRE(logs.arguments.integer("since") == 1795946400000);
  REQUIRE(good({"logs", "--no-prefix"}).arguments.flag("no_prefix"));
  REQUIRE_FALSE(good({"logs"}).arguments.has("lines"));
  REQUIRE(good({"logs", "--run", "-1"}).arguments.integer("run") == -1);
  REQUIRE(good({"start", "web"}).arguments.flag("wait"));
  REQUIRE_FALSE(good({"start", "--no-wait", "web"}).arguments.flag("wait"));
  const Invocation signal = good({"signal", "HUP", "web", "db"});
  REQUIRE(signal.arguments.text("signal") == "HUP");
  REQUIRE(signal.arguments.text("to") == "main");
  REQUIRE(signal.arguments.texts("names").size() == 2);
}

TEST_CASE("tags stand for names, or choose among them", "[ctl][parse]") {
  const Invocation tagged = good({"start", "--tag", "dev", "--tag=test"});
  REQUIRE(tagged.arguments.texts("names").empty());
  REQUIRE(tagged.arguments.texts("tags").size() == 2);
  REQUIRE(tagged.arguments.texts("tags")[1] == "test");
  const Invocation both = good({"stop", "--tag", "dev", "web"});
  REQUIRE(both.arguments.texts("names").size() == 1);
  REQUIRE(both.arguments.texts("tags").size() == 1);
}

TEST_CASE("after -- everything is an argument", "[ctl][parse]") {
  REQUIRE(good({"status", "--", "-odd"}).arguments.texts("names")[0] == "-odd");
}

TEST_CASE("help and version are answers, whatever else is on the line", "[ctl][parse]") {
  for (const auto& words : {std::vector<std::string>{"--help"},
                            {"-h"},
                            {"status", "--help"},
                            {"-h", "start"},
                            {"start", "--colour", "--help"}}) {
    const auto result = parse_words(words);
    REQUIRE_FALSE(result.has_value());
    REQUIRE(result.error().code == ExitCode::done);
    REQUIRE(result.error().text.starts_with("usage: ctl"));
  }
  REQUIRE(parse_words({"--version"}).error().text == "ctl " SUP_VERSION "\n");
}

TEST_CASE("wrong command lines end with exit code 2 and say what is wrong", "[ctl][parse]") {
  const Wrong kWrong[] = {
      {{}, "a verb is missing"},
      {{"--json"}, "a verb is missing"},
      {{"frobnicate"}, "unknown verb 'frobnicate'"},
      {{"statsu"}, "unknown verb 'statsu'; did you mean 'status'?"},
      {{"star"}, "did you mean 'start'?"},
      {{"start"}, "ctl start: NAME is missing"},
      {{"start", "--no-wait"}, "ctl start: NAME is missing"},
      {{"start", "--tag"}, "--tag"},
      {{"signal", "HUP", "--tag", "dev"}, "unknown option '--tag'"},
      {{"start", ""}, "NAME is empty"},
      {{"start", "\xff"}, "NAME is not valid UTF-8"},
      {{"start", "web", "--nowait"}, "unknown option '--nowait'; did you mean '--no-wait'?"},
      {{"start", "web", "--colour"}, "unknown option '--colour'"},
      {{"explain", "web", "db"}, "unexpected argument 'db'"},
      {{"logs", "-n", "1000001"}, "--lines must be a whole number from 0 to 1000000, not '1000001'"},
      {{"logs", "-n", "one"}, "--lines must be a whole number"},
      {{"explain", "web", "--exit"}, "--exit"},
      {{"logs", "-n", "-5"}, "--lines"},
      {{"logs", "-n", "1", "-n", "2"}, "--lines was given twice"},
      {{"logs", "--stream", "stdor"}, "--stream must be one of stdout, stderr, not 'stdor'; did you mean 'stdout'?"},
      {{"wait", "web", "--for", "redy"}, "did you mean 'ready'?"},
      {{"wait", "web", "--timeout", "soon"}, "--timeout"},
      {{"wait", "web", "--timeout", "5"}, "--timeout"},
      {{"signal", "HUP"}, "NAME is missing"},
      {{"signal", "HUPP", "web"}, "HUP"},
      {{"status", "--check", "--watch"}, "--check and --watch exclude each other"},
      {{"status", "-q", "-v"}, "--quiet and --verbose exclude each other"},
      {{"completion"}, "SHELL is missing"},
      {{"completion", "tcsh"}, "SHELL must be one of bash, zsh, fish"},
      {{"schema", "--manual", "--template"}, "exclude each other"},
      {{"ping", "web"}, "unexpected argument 'web'"},
      {{"status", "--socket"}, "--socket"},
      {{"start", "\x1b[2J", "--oops\x1b[2J"}, "unknown option '--oops\\x1b[2J'"},
  };
  for (const Wrong& wrong : kWrong) {
    std::string line = "ctl";
    for (const std::string& word : wrong.words) line += " " + word;
    INFO(line);
    const auto result = parse_words(wrong.words);
    REQUIRE_FALSE(result.has_value());
    INFO(result.error().text);
    REQUIRE(result.error().code == ExitCode::usage);
    REQUIRE(result.error().text.find(wrong.says) != std::string::npos);
    REQUIRE(result.error().text.starts_with("ctl"));
    REQUIRE(result.error().text.find("--help'\n") != std::string::npos);
  }
}

TEST_CASE("general help names every verb, verb help every option and example", "[ctl][help]") {
  const std::string help = general_help();
  for (const wire::CommandRow& row : wire::commands()) {
    INFO(row.name);
    REQUIRE(help.find("\n  " + std::string(row.name)) != std::string::npos);
    const std::string own = verb_help(row);
    for (const wire::ParamRow& param : row.params)
      for (const std::string_view spelling : spellings(param)) REQUIRE(own.find(spelling) != std::string::npos);
    for (const wire::Example& example : row.examples) REQUIRE(own.find(example.line) != std::string::npos);
  }
}

TEST_CASE("help stays within its width and has no blanks at line ends", "[ctl][help]") {
  for (const wire::CommandRow& row : wire::commands()) {
    const std::string text = verb_help(row) + general_help();
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      const std::string line = text.substr(begin, end - begin);
      INFO(line);
      REQUIRE(line.size() <= 110);
      REQUIRE_FALSE(line.ends_with(' '));
      begin = end + 1;
    }
  }
}

TEST_CASE("verbs of other tools are answered with ours", "[ctl][parse]") {
  REQUIRE(parse_words({"tail", "-f", "web"})
              .error()
              .text.starts_with("ctl: there is no verb 'tail'; supervisorctl's tail is `ctl logs NAME`, and its tail "
                                "-f `ctl logs -f NAME`\n"));
  REQUIRE(parse_words({"is-active", "web"}).error().code == ExitCode::usage);
}

TEST_CASE("what is said of verbs of other tools exists", "[ctl][parse]") {
  REQUIRE(std::ranges::is_sorted(kForeignVerbs, {}, &ForeignVerb::verb));
  for (const ForeignVerb& foreign : kForeignVerbs) {
    INFO(foreign.verb << ": " << foreign.hint);
    REQUIRE(wire::find_command(foreign.verb) == nullptr);
    std::string_view rest = foreign.hint;
    std::size_t commands = 0;
    for (std::size_t at = rest.find("ctl "); at != rest.npos; at = rest.find("ctl ")) {
      rest.remove_prefix(at);
      const std::string line(rest.substr(0, rest.find_first_of("`&")));
      std::vector<std::string> words;
      for (std::istringstream in(line.substr(4)); in >> words.emplace_back();) {
      }
      words.pop_back();
      INFO(line);
      REQUIRE(parse_words(words).has_value());
      ++commands;
      rest.remove_prefix(4);
    }
    REQUIRE(commands > 0);
  }
}
