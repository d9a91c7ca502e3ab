// Loader: what files say -> SpecSet. First all files are added, then the layers of each service are put together
// (config/layers.hpp), decoded, and what holds between the settings is checked.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/codec.hpp"
#include "config/files.hpp"
#include "config/layers.hpp"
#include "config/load.hpp"
#include "config/outside.hpp"
#include "config/system_check.hpp"
#include "spec/check.hpp"

namespace sup {

class Loader {
 public:
  Loader(Report& report, const LoadOptions& options);

  void add(ReadFile read);
  // Something of the configuration could not be read: what is not there may be in it.
  void miss_a_file() { is_complete_ = false; }
  // After all files.
  void finish();

  [[nodiscard]] SourcePlace locate(const SpecPlace& place) const {
    bool found = false;
    return locate(place, found);
  }
  [[nodiscard]] std::vector<ConfigFile> answers() const { return outside_.answers(); }
  // Of all services, the longest first.
  [[nodiscard]] const std::vector<std::string>& secrets() const { return secrets_; }

  SpecSet set_;
  SourceTexts sources_;

 private:
  // As it was written. Lives while loading only: a SpecSet keeps no places but those of Origins.
  struct Definition {
    std::uint32_t file = 0;
    Span key;  // The name in the header.
    Value table;
    bool is_complete = true;  // A layer of it could not be had.
  };
  // A service or something external under its name; or a drop-in of one.
  struct Named {
    std::string_view kind;
    std::string name;
    Definition definition;
  };

  [[nodiscard]] const std::string& file_of(const Definition& definition) const { return set_.files[definition.file]; }
  [[nodiscard]] SourcePlace place_in(const Definition& definition, Span span) const;
  [[nodiscard]] std::string place_text(const Definition& definition) const;

  // ---- what files say
  void add_root_entry(std::uint32_t file, Entry& entry);
  void unknown_table(std::uint32_t file, const Entry& entry);
  void add_daemon(Definition definition);
  void add_defaults(Definition definition);
  void add_group(const std::string& name, Definition definition);
  void add_event_hook(const std::string& name, Definition definition);
  void add_template(const std::string& name, Definition definition);
  void add_named(std::string_view kind, const std::string& name, Definition definition);
  bool check_named(std::string_view kind, const std::string& name, const Definition& definition);
  void add_drop_in(std::uint32_t file, Value& root);
  void add_drop_in_entry(std::uint32_t file, const std::string& service, Entry& entry);

  // ---- what comes of it
  void check_drop_ins();
  void check_profiles();
  void add_main();
  void resolve(Named& named);
  void put_drop_ins_over(Named& named);
  void complete_main(Definition& definition);
  void check_absent(const Named& named, Definition& definition);
  void take_event_hook(const std::string& name, Definition& definition);
  void keep_secrets(std::vector<std::string>& secrets);
  void take_service(const Named& named, Definition definition, std::vector<std::string> secrets);
  void decode_named(std::string_view kind, const Definition& definition, NamedService& out);
  void sort_services();
  void count_instances();
  [[nodiscard]] SourcePlace locate(const SpecPlace& place, bool& found) const;
  void report_problem(const SpecProblem& problem);

  Report& report_;
  const LoadOptions& options_;
  Outside outside_;
  std::vector<std::string> profiles_;
  std::optional<Definition> daemon_;
  std::optional<Definition> defaults_;
  Templates templates_;
  std::vector<Named> named_;
  std::map<std::string, std::vector<Named>, std::less<>> drop_ins_;  // By the name of their service.
  std::map<std::string, Definition, std::less<>> definitions_;       // Of services that are there.
  std::map<std::string, Definition, std::less<>> groups_;
  std::map<std::string, Definition, std::less<>> event_hooks_;
  std::vector<std::string> known_profiles_;
  std::vector<std::string> secrets_;
  bool is_complete_ = true;
  bool is_full_ = false;
};

// [A-Za-z0-9_.-]+ that begins with a letter or digit. Errors: invalid, with the rule that was broken.
[[nodiscard]] Result<> check_definition_name(std::string_view kind, std::string_view name);

}  // namespace sup
