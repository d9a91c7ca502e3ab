// Values <-> settings. Everything is driven by the field rows of spec/; each type of setting is taught once
// (codec_types.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/shape.hpp"
#include "config/value.hpp"
#include "spec/daemon_spec.hpp"
#include "spec/event_hook_spec.hpp"
#include "spec/external_spec.hpp"
#include "spec/groups.hpp"
#include "spec/service_spec.hpp"

namespace sup {

// Where decoding happens: the file, the key that is being read, and where findings go.
class Decoder {
 public:
  // `object` is what unknown keys are unknown in: "[service.web]". `files` are those that Span::source means, `file` is
  // that of spans without.
  Decoder(std::string_view file, std::string object, Report& report, const std::vector<std::string>* files = nullptr)
      : file_(file), object_(std::move(object)), report_(report), files_(files) {}

  // A finding about the value of the current key: "restart.delay: <message>".
  void error(Span span, std::string_view message, std::string hint = {});
  // The value has a type that the key does not take.
  void wrong_type(const Value& value, std::string_view expected, std::string hint = {});
  // `suggestion` is a key of this table or a path to it, or empty; `otherwise` is the hint without one.
  void unknown_key(const Entry& entry, std::string_view suggestion, std::string otherwise = {});

  // The key below the current one, while the scope lives.
  class Scope {
   public:
    Scope(Decoder& decoder, std::string_view key);
    ~Scope() { decoder_.path_.resize(size_before_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Decoder& decoder_;
    std::size_t size_before_;
  };

 private:
  [[nodiscard]] std::string_view file_at(Span span) const;
  [[nodiscard]] std::string object_at(Span span) const;

  std::string_view file_;
  std::string object_;
  Report& report_;
  const std::vector<std::string>* files_;
  std::string path_;  // "restart.delay"
};

// Reads a whole table of settings into `out`, which keeps its defaults where nothing or something wrong is said. All
// findings go to the decoder's report.
void decode(Decoder& decoder, const Value& table, ServiceSpec& out);
void decode(Decoder& decoder, const Value& table, DaemonSpec& out);
void decode(Decoder& decoder, const Value& table, ExternalSpec& out);
void decode(Decoder& decoder, const Value& table, GroupSpec& out);
void decode(Decoder& decoder, const Value& table, EventHookSpec& out);

// The inverse: a table that decodes to an equal spec. What is unset (an empty path, a limit that was not given) has no
// entry.
[[nodiscard]] ValueTable encode(const ServiceSpec& spec, Detail detail);
[[nodiscard]] ValueTable encode(const DaemonSpec& spec, Detail detail);
[[nodiscard]] ValueTable encode(const ExternalSpec& spec, Detail detail);
[[nodiscard]] ValueTable encode(const EventHookSpec& spec, Detail detail);

}  // namespace sup
