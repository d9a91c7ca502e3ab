// `ctl logs`: what services wrote, once or as a stream.
#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "ctl/log_splice.hpp"
#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "wire/base64.hpp"

namespace sup::ctl {
namespace {

// Whether lines say which service they are from: not when exactly one was named.
bool names_one_service(const Context& context) {
  const auto names = context.call.arguments.texts("names");
  return names.size() == 1 && names[0] != "all" && !is_glob(names[0]);
}

// A colour per service, the same each time.
Style style_of_name(std::string_view name) {
  constexpr std::array kStyles = {Style::good, Style::busy, Style::title, Style::plain};
  std::size_t sum = 0;
  for (const char c : name) sum = sum * 31 + static_cast<unsigned char>(c);
  return kStyles[sum % kStyles.size()];
}

class LogPrinter {
 public:
  explicit LogPrinter(Context& context)
      : context_(context),
        is_raw_(context.call.arguments.flag("raw")),
        has_prefix_(!is_raw_ && !context.call.arguments.flag("no_prefix") && !names_one_service(context)) {}

  // What supervisord says about the lines.
  void tell(const std::vector<std::string>& notes) {
    for (const std::string& text : notes) note(context_, "ctl: " + text);
  }

  void print(const wire::LogRecord& record) {
    if (record.missed > 0)
      note(context_, fmt::format("ctl: {}: {} {} missed", record.service,
                                 counted(static_cast<std::uint64_t>(record.missed), "line"),
                                 record.missed == 1 ? "was" : "were"));
    if (context_.wants_json()) return print_json(context_, record);
    const std::string line = wire::line_of(record);
    if (is_raw_) {
      // A line that was too long for one record goes on in the next one: no line end of ours in between.
      context_.out.write(line);
      if (!record.truncated) context_.out.write("\n");
      return;
    }
    if (has_prefix_)
      context_.out.write(
          styled(fmt::format("{} | ", record.service), style_of_name(record.service), context_.out.paint()));
    context_.out.write(context_.out.is_terminal() ? terminal_safe(line) : line);
    context_.out.write("\n");
  }

 private:
  Context& context_;
  bool is_raw_;
  bool has_prefix_;
};

}  // namespace

int run_logs(Context& context) {
  const bool follows = context.call.arguments.flag("follow");
  LogSplice splice(context.call.arguments, wall_ms());
  Stream stream(context, *context.call.row, follows ? Patience::while_read : Patience::for_an_answer,
                [&splice] { return splice.arguments(); });
  LogPrinter printer(context);
  while (true) {
    auto batch = stream.next<wire::LogsReply>();
    if (!batch && follows && batch.error().is_over) return end_unheard(context);
    if (!batch) return report(context, batch.error());
    if (!splice.is_splicing()) printer.tell(batch->message.notes);
    const auto lines =
        splice.take(std::move(batch->message), batch->continues ? LogSplice::Last::no : LogSplice::Last::yes);
    if (splice.must_look_further()) {
      if (const auto begun = stream.begin_anew(); !begun) return report(context, begun.error());
      continue;
    }
    for (const std::string& service : splice.take_doubtful())
      note(context, fmt::format("ctl: {}: lines may be missing or come twice here", service));
    for (const wire::LogRecord& record : lines) printer.print(record);
    if (!context.out.flush()) return code_of(ExitCode::done);
    if (batch->continues) continue;
    if (follows) note_shut_down(context);
    return code_of(ExitCode::done);
  }
}

}  // namespace sup::ctl
