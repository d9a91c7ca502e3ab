// The command table: every row is complete, and nothing in it contradicts something else.
#include <set>
#include <string>

#include "base/text.hpp"
#include "ctl/parse.hpp"
#include "wire/commands.hpp"
#include "wire/message_tables.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::wire;

namespace {

bool is_field_name(std::string_view name) {
  if (name.empty() || name.front() < 'a' || name.front() > 'z') return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos &&
         name.back() != '_' && name.find("__") == std::string_view::npos;
}

std::vector<std::string> words_of(std::string_view line) {
  // An example may be part of a longer shell line.
  line = line.substr(line.starts_with("ctl ") ? 0 : line.find("ctl "));
  const auto words = split_words(line.substr(0, line.find(" &&")));
  REQUIRE(words.has_value());
  REQUIRE(words->front() == "ctl");
  return {words->begin() + 1, words->end()};
}

}  // namespace

TEST_CASE("every command has help, examples and exit codes", "[wire][commands]") {
  for (const CommandRow& row : commands()) {
    INFO(row.name);
    REQUIRE(row.summary.ends_with('.'));
    REQUIRE(row.text.ends_with('.'));
    REQUIRE_FALSE(row.examples.empty());
    REQUIRE(row.exits.front() == ExitCode::done);
    REQUIRE(&command(row.verb) == &row);
    REQUIRE(find_command(row.name) == &row);
  }
}

TEST_CASE("names, aliases and methods are unique", "[wire][commands]") {
  std::set<std::string_view> words;
  std::set<std::string_view> methods;
  for (const CommandRow& row : commands()) {
    INFO(row.name);
    REQUIRE(words.insert(row.name).second);
    for (const std::string_view alias : row.aliases) {
      REQUIRE(words.insert(alias).second);
      REQUIRE(find_command(alias) == &row);
    }
    if (row.method.empty()) continue;
    REQUIRE(methods.insert(row.method).second);
    REQUIRE(find_method("io.supervisord." + std::string(row.method)) == &row);
  }
}

TEST_CASE("only full method names are found", "[wire][commands]") {
  REQUIRE(find_method("Status") == nullptr);
  REQUIRE(find_method("io.supervisord.") == nullptr);
  REQUIRE(find_method("io.supervisord.status") == nullptr);
  REQUIRE(find_method("io.supervisordXStatus") == nullptr);
  REQUIRE(find_method("") == nullptr);
  REQUIRE(find_command("") == nullptr);
}

TEST_CASE("parameters have varlink names, and options are unique within a command", "[wire][commands]") {
  for (const CommandRow& row : commands()) {
    std::set<std::string_view> names;
    std::set<std::string_view> options;
    for (const ParamRow& param : row.params) {
      INFO(row.name << " " << param.name);
      REQUIRE(is_field_name(param.name));
      REQUIRE(names.insert(param.name).second);
      for (const std::string_view spelling : ctl::spellings(param)) REQUIRE(options.insert(spelling).second);
      const bool is_option = param.given != Given::word && param.given != Given::words && param.given != Given::rest;
      REQUIRE(is_option != param.option.empty());
      REQUIRE((param.doc.ends_with('.') || param.doc.ends_with(')')));
    }
  }
}

TEST_CASE("a list of words comes last", "[wire][commands]") {
  for (const CommandRow& row : commands()) {
    bool list_seen = false;
    for (const ParamRow& param : row.params) {
      INFO(row.name << " " << param.name);
      if (param.given == Given::word || param.given == Given::words || param.given == Given::rest)
        REQUIRE_FALSE(list_seen);
      list_seen = list_seen || param.given == Given::words || param.given == Given::rest;
    }
  }
}

TEST_CASE("every reply names a message", "[wire][commands]") {
  for (const CommandRow& row : commands()) {
    if (row.method.empty()) continue;
    INFO(row.name);
    bool found = false;
    for_each_type(MessageTypes{}, [&]<class T>() { found = found || MessageRows<T>::kName == row.reply; });
    REQUIRE(found);
  }
}

TEST_CASE("every example is a command line that ctl understands", "[wire][commands]") {
  for (const CommandRow& row : commands())
    for (const Example& example : row.examples) {
      INFO(example.line);
      const auto invocation = ctl::parse(words_of(example.line));
      REQUIRE(invocation.has_value());
      REQUIRE(invocation->row == &row);
    }
}

TEST_CASE("fallbacks fill what was not given and nothing else", "[wire][commands]") {
  Arguments arguments;
  arguments.set("lines", std::int64_t{7});
  fill_fallbacks(command(Verb::logs), arguments);
  REQUIRE(arguments.integer("lines") == 7);
  REQUIRE(arguments.has("follow"));
  REQUIRE_FALSE(arguments.flag("follow"));
  REQUIRE_FALSE(arguments.has("stream"));
  Arguments start;
  fill_fallbacks(command(Verb::start), start);
  REQUIRE(start.flag("wait"));
}
