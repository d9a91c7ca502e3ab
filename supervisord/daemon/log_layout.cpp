#include "daemon/log_layout.hpp"

#include <fmt/format.h>

#include "base/check.hpp"
#include "log/escape.hpp"

namespace sup {
namespace {

using log::Layout;
using Slot = Layout::Slot;

Layout::Part part_of(const LogPiece& piece, const LineOrigin& origin) {
  switch (piece.slot) {
    case LogSlot::literal: return {Slot::text, piece.text};
    case LogSlot::time: return {Slot::time};
    case LogSlot::service: return {Slot::text, origin.service};
    case LogSlot::instance: return {Slot::text, fmt::format("{}", origin.instance)};
    case LogSlot::name: return {Slot::text, origin.name};
    case LogSlot::stream: return {Slot::text, std::string(enum_name(origin.stream))};
    case LogSlot::pid: return {Slot::text, fmt::format("{}", origin.pid)};
    case LogSlot::run: return {Slot::text, fmt::format("{}", origin.run.value)};
    case LogSlot::mark: return {Slot::mark};
    case LogSlot::line: return {Slot::line};
  }
  check_failed("every LogSlot has a part");
}

std::vector<Layout::Part> text_parts(const LogTemplate& text, const LineOrigin& origin) {
  const auto pieces = parse_template(text.text);
  CHECK(pieces.has_value());
  std::vector<Layout::Part> out;
  for (const LogPiece& piece : *pieces) out.push_back(part_of(piece, origin));
  return out;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  (void)log::append_json(out, text);
  return out += '"';
}

std::vector<Layout::Part> json_parts(const TimeText& time, const LineOrigin& origin) {
  const std::string_view quote = time.is_number() ? "" : "\"";
  std::string facts =
      fmt::format(R"({},"service":{},"instance":{},"stream":"{}","pid":{},"run":{},)", quote,
                  json_string(origin.service), origin.instance, enum_name(origin.stream), origin.pid, origin.run.value);
  return {{Slot::text, fmt::format(R"({{"time":{})", quote)},
          {Slot::time},
          {Slot::text, std::move(facts)},
          {Slot::line},
          {Slot::text, "}"}};
}

// A pattern of a time may have blanks.
std::vector<Layout::Part> logfmt_parts(const LogTimeSpec& time, const LineOrigin& origin) {
  const bool is_pattern = time.format.find('%') != std::string::npos;
  const std::string_view quote = is_pattern ? "\"" : "";
  std::string service;
  log::append_logfmt(service, origin.service);
  std::string facts = fmt::format("{} service={} instance={} stream={} pid={} run={} ", quote, service, origin.instance,
                                  enum_name(origin.stream), origin.pid, origin.run.value);
  return {{Slot::text, fmt::format("time={}", quote)}, {Slot::time}, {Slot::text, std::move(facts)}, {Slot::line}};
}

}  // namespace

std::optional<Layout> layout_of(const ChosenFormat& chosen, const LogTimeSpec& time, bool strips_ansi,
                                const LineOrigin& origin) {
  Layout out;
  auto form = TimeText::parse(time.format);
  CHECK(form.has_value());
  out.time = *std::move(form);
  out.precision = time.precision;
  out.is_local_time = time.zone == LogZone::local;
  out.strips_ansi = strips_ansi;
  switch (chosen.format) {
    case LogFormat::automatic:
    case LogFormat::raw: return std::nullopt;
    case LogFormat::text: out.parts = text_parts(chosen.template_, origin); break;
    case LogFormat::json:
      out.style = log::LineStyle::json;
      out.parts = json_parts(out.time, origin);
      break;
    case LogFormat::logfmt:
      out.style = log::LineStyle::logfmt;
      out.parts = logfmt_parts(time, origin);
      break;
  }
  return out;
}

namespace {

using Form = log::LineForm;

Form::Part form_part(const LogPiece& piece, const LineOrigin& origin) {
  switch (piece.slot) {
    case LogSlot::literal: return {Form::Slot::text, piece.text};
    case LogSlot::time: return {Form::Slot::time};
    case LogSlot::service: return {Form::Slot::text, origin.service};
    case LogSlot::instance: return {Form::Slot::text, fmt::format("{}", origin.instance)};
    case LogSlot::name: return {Form::Slot::text, origin.name};
    case LogSlot::stream: return {Form::Slot::stream};
    case LogSlot::pid: return {Form::Slot::number};
    case LogSlot::run: return {Form::Slot::run};
    case LogSlot::mark: return {Form::Slot::mark};
    case LogSlot::line: return {Form::Slot::line};
  }
  check_failed("every LogSlot has a part");
}

void add_part(std::vector<Form::Part>& parts, Form::Part part) {
  if (part.slot == Form::Slot::text && !parts.empty() && parts.back().slot == Form::Slot::text)
    parts.back().text += part.text;
  else
    parts.push_back(std::move(part));
}

// The facts that JSON and logfmt have in the same order, and what stands between them.
std::vector<Form::Part> fact_parts(std::string before_time, std::string behind_time, std::string_view between,
                                   std::string_view before_run, std::string_view before_line) {
  return {{Form::Slot::text, std::move(before_time)},   {Form::Slot::time},
          {Form::Slot::text, std::move(behind_time)},   {Form::Slot::stream},
          {Form::Slot::text, std::string(between)},     {Form::Slot::number},
          {Form::Slot::text, std::string(before_run)},  {Form::Slot::run},
          {Form::Slot::text, std::string(before_line)}, {Form::Slot::line}};
}

std::vector<Form::Part> json_form(const TimeText& time, const LineOrigin& origin) {
  const std::string_view quote = time.is_number() ? "" : "\"";
  return fact_parts(
      fmt::format(R"({{"time":{})", quote),
      fmt::format(R"({},"service":{},"instance":{},"stream":")", quote, json_string(origin.service), origin.instance),
      R"(","pid":)", R"(,"run":)", ",");
}

std::vector<Form::Part> logfmt_form(const LogTimeSpec& time, const LineOrigin& origin) {
  const std::string_view quote = time.format.find('%') != std::string::npos ? "\"" : "";
  std::string service;
  log::append_logfmt(service, origin.service);
  return fact_parts(fmt::format("time={}", quote),
                    fmt::format("{} service={} instance={} stream=", quote, service, origin.instance),
                    " pid=", " run=", " ");
}

}  // namespace

log::LineForm form_of(const ChosenFormat& chosen, const LogTimeSpec& time, const LineOrigin& origin) {
  log::LineForm out;
  auto form = TimeText::parse(time.format);
  CHECK(form.has_value());
  out.time = *std::move(form);
  out.precision = time.precision;
  out.is_local_time = time.zone == LogZone::local;
  switch (chosen.format) {
    case LogFormat::automatic:
    case LogFormat::raw: break;
    case LogFormat::text: {
      const auto pieces = parse_template(chosen.template_.text);
      CHECK(pieces.has_value());
      for (const LogPiece& piece : *pieces) add_part(out.parts, form_part(piece, origin));
      break;
    }
    case LogFormat::json:
      out.style = log::LineStyle::json;
      out.parts = json_form(out.time, origin);
      break;
    case LogFormat::logfmt:
      out.style = log::LineStyle::logfmt;
      out.parts = logfmt_form(time, origin);
      break;
  }
  return out;
}

}  // namespace sup
