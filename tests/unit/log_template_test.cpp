// The template of lines, and which format a log has.
#include "spec/log_template.hpp"

#include "catch.hpp"
#include "spec/log_spec.hpp"

using namespace sup;

namespace {

TemplateMistake mistake_in(std::string_view text) {
  const auto parsed = parse_template(text);
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error();
}

}  // namespace

TEST_CASE("template: text and placeholders, and braces by doubling them") {
  const auto parsed = parse_template("{time} {{{service}}} | {line}.");
  REQUIRE(parsed.has_value());
  REQUIRE(*parsed == std::vector<LogPiece>{{LogSlot::time, {}},
                                           {LogSlot::literal, " {"},
                                           {LogSlot::service, {}},
                                           {LogSlot::literal, "} | "},
                                           {LogSlot::line, {}},
                                           {LogSlot::literal, "."}});
}

TEST_CASE("template: what is not known is named, with what was meant") {
  REQUIRE(mistake_in("{servce} {line}").what == "unknown placeholder '{servce}'");
  REQUIRE(mistake_in("{servce} {line}").hint == "did you mean '{service}'?");
  REQUIRE(mistake_in("{colour} {line}").hint.find("known are {time} {service}") == 0);
  REQUIRE(mistake_in("{} {line}").what == "unknown placeholder '{}'");
}

TEST_CASE("template: a line is in it, once, and none of its ends") {
  REQUIRE(mistake_in("").what == "there is no {line}");
  REQUIRE(mistake_in("{time}").what == "there is no {line}");
  REQUIRE(mistake_in("{line} {line}").what == "{line} is there more than once");
  REQUIRE(mistake_in("{line}\n").what == "a template cannot have a line end");
  REQUIRE(mistake_in("{line").what == "'{' without its other half");
  REQUIRE(mistake_in("} {line}").what == "'}' without its other half");
}

TEST_CASE("format: each log has the one that it asks for, else that of all, else what suits its place") {
  LogSpec log;
  LogFormatDefaults defaults;
  const auto chosen = [&](LogTo to) { return chosen_format(log, defaults, to); };
  REQUIRE(chosen(LogTo::file).format == LogFormat::raw);
  REQUIRE(chosen(LogTo::standard_output).format == LogFormat::text);
  REQUIRE(chosen(LogTo::standard_output).template_.text == "{name} |{mark}{line}");
  log.time.edit().format = "unix";
  REQUIRE(chosen(LogTo::file).format == LogFormat::text);
  REQUIRE(chosen(LogTo::standard_output).template_.text == "{time} {name} |{mark}{line}");
  defaults.format = LogFormat::json;
  REQUIRE(chosen(LogTo::file).format == LogFormat::json);
  log.template_.text = "{line}";
  REQUIRE(chosen(LogTo::file).format == LogFormat::text);
  REQUIRE(chosen(LogTo::file).template_.text == "{line}");
  log.template_.text.clear();
  log.format = LogFormat::text;
  REQUIRE(chosen(LogTo::file).template_.text == "{time} {name} |{mark}{line}");
  defaults.template_.text = "all: {line}";
  REQUIRE(chosen(LogTo::file).template_.text == "all: {line}");
  log.format = LogFormat::raw;
  REQUIRE(chosen(LogTo::standard_output).format == LogFormat::raw);
}
