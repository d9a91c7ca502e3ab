#include "config/codec.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "config/codec_types.hpp"
#include "config/layers.hpp"

namespace sup {
namespace {

// What other supervisors call it, by its path.
struct Synonym {
  std::string_view theirs;
  std::string_view ours;
};
constexpr Synonym kSynonyms[] = {
    {"autostart", "enabled"},
    {"autorestart", "restart"},
    {"directory", "working-dir"},
    {"cwd", "working-dir"},
    {"chdir", "working-dir"},
    {"environment", "env"},
    {"environment-file", "env-file"},
    {"depends-on", "requires"},
    {"depends_on", "requires"},
    {"exec", "command"},
    {"cmd", "command"},
    {"exec-start", "command"},
    {"ExecStart", "command"},
    {"stopsignal", "stop.signal"},
    {"stop-signal", "stop.signal"},
    {"stopwaitsecs", "stop.timeout"},
    {"stop-timeout", "stop.timeout"},
    {"kill-timeout", "stop.timeout"},
    {"startretries", "restart.max"},
    {"exitcodes", "success-codes"},
    {"redirect_stderr", "stderr"},
    {"stdout_logfile", "log.path"},
    {"stderr_logfile", "stderr.path"},
    {"log.file", "log.path"},
    {"log.max-bytes", "log.rotate.max-size"},
    {"log.max-size", "log.rotate.max-size"},
    {"log.rotate-size", "log.rotate.max-size"},
    {"log.rotate.backups", "keep"},
    {"log.rotate.count", "keep"},
    {"log.rotate.files", "keep"},
    {"stdout_logfile_maxbytes", "log.rotate.max-size"},
    {"stdout_logfile_backups", "log.rotate.keep"},
    {"ExecReload", "reload"},
    {"ExecStop", "stop.command"},
    {"ExecStartPre", "pre-start"},
    {"ExecStartPost", "post-start"},
    {"ExecStopPost", "post-stop"},
    {"startsecs", "restart.reset-after"},
    {"numprocs", "instances"},
    {"priority", "after"},
    {"logfile", "log.path"},
    {"startup", "enabled"},
    {"on-failure", "restart"},
    {"chroot", "root-dir"},
    {"root-directory", "root-dir"},
    {"supplementary-groups", "groups"},
    {"rlimits", "limits"},
    {"ulimits", "limits"},
    {"oom-score-adj", "oom-score"},
    {"ioprio", "io-class"},
    {"cpus", "cpu-affinity"},
    {"caps", "capabilities"},
    {"ambient-capabilities", "capabilities"},
    {"no-new-privs", "no-new-privileges"},
    {"profiles", "profile"},
    {"extends", "use"},
    {"template", "use"},
    {"templates", "use"},
    {"inherits", "use"},
    {"condition", "if"},
    {"conditions", "if"},
    {"when", "if"},
    {"stop.timeout", "wait"},  // Of a list of steps; in the one-table form it is right.
};

std::string_view synonym(std::string_view key) {
  const auto* found =
      std::find_if(std::begin(kSynonyms), std::end(kSynonyms), [&](const Synonym& row) { return row.theirs == key; });
  return found != std::end(kSynonyms) ? found->ours : std::string_view{};
}

template <SettingTable Spec>
void decode_root(Decoder& decoder, const Value& value, Spec& out) {
  if (const auto* table = value.get_if<ValueTable>())
    decode_table(decoder, *table, out);
  else
    decoder.wrong_type(value, "a table");
}

}  // namespace

Decoder::Scope::Scope(Decoder& decoder, std::string_view key) : decoder_(decoder), size_before_(decoder.path_.size()) {
  if (!decoder.path_.empty()) decoder.path_ += '.';
  decoder.path_ += key;
}

std::string_view Decoder::file_at(Span span) const {
  return files_ == nullptr || span.source == 0 ? file_ : std::string_view((*files_)[file_of_source(span.source)]);
}

// What stands in a layer of many services is the same mistake for all of them.
std::string Decoder::object_at(Span span) const {
  if (files_ == nullptr || span.source == 0) return object_;
  switch (layer_of_source(span.source)) {
    case Layer::defaults: return "[defaults]";
    case Layer::template_: return "a template";
    case Layer::definition:
    case Layer::drop_in: return object_;
  }
  check_failed("every layer is named");
}

void Decoder::error(Span span, std::string_view message, std::string hint) {
  const std::string subject = path_.empty() ? object_at(span) : path_;
  report_.error(file_at(span), span, fmt::format("{}: {}", subject, message), std::move(hint));
}

void Decoder::wrong_type(const Value& value, std::string_view expected, std::string hint) {
  error(value.span, fmt::format("expected {}, found {}", expected, describe(value)), std::move(hint));
}

void Decoder::unknown_key(const Entry& entry, std::string_view suggestion, std::string otherwise) {
  const bool is_top = path_.empty();
  const std::string path = is_top ? entry.key : path_ + "." + entry.key;
  if (const auto ours = synonym(path); !ours.empty()) suggestion = ours;
  std::string hint = std::move(otherwise);
  if (!suggestion.empty())
    hint = fmt::format("did you mean '{}'?", suggestion);
  else if (is_top && entry.value.get_if<ValueTable>() != nullptr && object_.starts_with("[service."))
    hint = "a service name with a dot is quoted: [service.\"a.b\"]";
  report_.error(file_at(entry.key_span), entry.key_span,
                fmt::format("unknown key '{}' in {}", printable(path, 120), object_at(entry.key_span)),
                std::move(hint));
}

void decode(Decoder& decoder, const Value& table, ServiceSpec& out) { decode_root(decoder, table, out); }
void decode(Decoder& decoder, const Value& table, DaemonSpec& out) { decode_root(decoder, table, out); }
void decode(Decoder& decoder, const Value& table, ExternalSpec& out) { decode_root(decoder, table, out); }
void decode(Decoder& decoder, const Value& table, GroupSpec& out) { decode_root(decoder, table, out); }
void decode(Decoder& decoder, const Value& table, EventHookSpec& out) { decode_root(decoder, table, out); }

ValueTable encode(const ServiceSpec& spec, Detail detail) { return encode_table(spec, detail); }
ValueTable encode(const DaemonSpec& spec, Detail detail) { return encode_table(spec, detail); }
ValueTable encode(const ExternalSpec& spec, Detail detail) { return encode_table(spec, detail); }
ValueTable encode(const EventHookSpec& spec, Detail detail) { return encode_table(spec, detail); }

}  // namespace sup
