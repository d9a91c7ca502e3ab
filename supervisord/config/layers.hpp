// Layers: what a service is made of. The lowest first:
//
//   defaults     [defaults]: settings for all services
//   templates    [template.NAME]: what a service uses by `use`, in that order
//   definition   [service.NAME]
//   drop-ins     NAME.d/*.toml, in the order of their file names
//
// They are merged as tables, before anything is decoded: an upper layer wins. Tables are merged key by key, whatever
// else is replaced as a whole. A word that stands for a table (restart = "always") is that table (restart.when). Where
// a table says one of several (a probe is tcp or http or ...), that of the upper layer is the one. What is decoded in
// the end knows of each key where it was written, by Span::source.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/layer_keys.hpp"
#include "config/value.hpp"
#include "spec/origins.hpp"

namespace sup {

inline constexpr std::uint32_t kLayers = 4;
[[nodiscard]] constexpr std::uint32_t source_of(std::uint32_t file, Layer layer) {
  return file * kLayers + static_cast<std::uint32_t>(layer) + 1;
}
[[nodiscard]] constexpr std::uint32_t file_of_source(std::uint32_t source) { return (source - 1) / kLayers; }
[[nodiscard]] constexpr Layer layer_of_source(std::uint32_t source) {
  return static_cast<Layer>((source - 1) % kLayers);
}

// Says of everything in a value that it is from there.
void stamp(Value& value, std::uint32_t source);

// Adds to `upper` what `lower` alone says.
void put_under(ValueTable& upper, const ValueTable& lower);

// Where each setting of a merged table was written.
[[nodiscard]] Origins origins_of(const ValueTable& table);

// What `{NAME}` stands for in the strings of a layer.
using Arguments = std::map<std::string, Value, std::less<>>;
// A string that is one placeholder becomes its value, whatever that is; within a string its text is filled in, and
// `{{NAME}}` is `{NAME}`. `${NAME}` and all other braces stay. False: its texts would be larger than a file may be, and
// some stay as they were.
[[nodiscard]] bool fill_in(Value& value, const Arguments& arguments);

// All that the files say in [template.NAME].
class Templates {
 public:
  Templates(const std::vector<std::string>& files, Report& report) : files_(files), report_(report) {}

  // `table` is stamped, and a table. False: there is one of this name, whose place is `*first`.
  bool add(const std::string& name, std::uint32_t file, Span key, Value table, Span* first);
  // After all are there: tells what is wrong with them, once each.
  void check();
  // Puts what a service uses under its table. False: not all could be had, which was told.
  [[nodiscard]] bool put_under(ValueTable& table, const TemplateUses& uses, const std::string& service);

 private:
  enum class State : unsigned char { unknown, on_path, good, broken };
  struct Template {
    Span key;
    Value table;  // Its settings alone.
    TemplateKeys keys;
    State state = State::unknown;
  };

  [[nodiscard]] const std::string& file_at(Span place) const { return files_[file_of_source(place.source)]; }
  bool check_one(const std::string& name, std::vector<std::string_view>& path);
  bool check_placeholders(const Value& value, const std::vector<std::string_view>& known);
  bool report_cycle(const TemplateUse& use, const std::vector<std::string_view>& path);
  // Nothing: there is no such template, or the arguments are not what it takes; that was told.
  Template* resolve(const TemplateUse& use);
  bool check_arguments(const TemplateUse& use, const TemplateKeys& keys);
  bool expand(ValueTable& table, const TemplateUse& use, const std::string& service, std::size_t& budget);

  const std::vector<std::string>& files_;
  Report& report_;
  std::map<std::string, Template, std::less<>> templates_;
};

}  // namespace sup
