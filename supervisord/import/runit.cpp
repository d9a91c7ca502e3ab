// Service directories of runit: run, finish, down, check, control/, log/run.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "import/directories.hpp"
#include "import/readers.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

constexpr std::string_view kNotPiped =
    "output is captured; nothing is piped to another program; see `ctl logs` and log";

class RunitImport {
 public:
  RunitImport(const std::string& directory, Sources& sources, Imported& result)
      : directory_(directory), sources_(sources), result_(result), name_(service_name(base_name(directory))) {}

  void run() {
    Definition definition{"service", name_, {directory_ + "/run"}, {}};
    if (result_.find("service", name_) != nullptr)
      return result_.problem({directory_}, fmt::format("two services would be called '{}'", name_));
    settings_ = &definition.settings;
    set_command();
    for (const std::string& file : names_in(directory_))
      if (file != "run") map_file(file);
    // sv's down sends TERM and CONT to the main process, and waits.
    set(definition.settings, "restart", text_value("always"));
    set_stop();
    result_.definitions.push_back(std::move(definition));
  }

 private:
  void note(std::string_view file, Verdict verdict, std::string value = {}) {
    result_.notes.push_back(note_of(name_, "", file_option(directory_, file, std::move(value)), std::move(verdict)));
  }

  void set_command() {
    set(*settings_, "command", words_value({directory_ + "/run"}));
    set(*settings_, "working-dir", text_value(directory_));
    if (is_executable(directory_ + "/run"))
      note("run", mapped("command"));
    else
      note("run", lost_essential("it is not executable, so runit cannot run it either"));
  }

  void map_file(const std::string& file) {
    const std::string path = directory_ + "/" + file;
    if (file == "supervise" || file.starts_with('.') || file.ends_with('~')) return note(file, same("runit's own"));
    if (file == "finish") return map_finish(path);
    if (file == "down") {
      set(*settings_, "enabled", flag_value(false));
      return note(file, mapped("enabled"));
    }
    if (file == "check") return map_check(path);
    if (file == "env" && is_directory(path))
      return note(file, same("whether it counts is for the script run to say (chpst -e)"));
    if (file == "conf") return note(file, same("the script run reads it"));
    if (file == "log") return map_log(path);
    if (file == "control" && is_directory(path)) return map_control(path);
    note(file, same("runit does not know it, and the script run finds it in working-dir"));
  }

  void map_finish(const std::string& path) {
    if (!is_executable(path)) return note("finish", same("it is not executable: runit does not run it"));
    // runit gives it the exit code, or -1, and the signal.
    constexpr std::string_view kLine = R"(exec "$0" "${EXIT_CODE:--1}" "${EXIT_SIGNAL:-0}")";
    set(*settings_, "post-stop", {ValueArray{words_value({"/bin/sh", "-c", std::string(kLine), path})}, {}});
    note(
        "finish",
        lost("it is mapped to post-stop; its second argument is the name of a signal, not the low byte of the status"));
  }

  void map_check(const std::string& path) {
    if (!is_executable(path)) return note("check", same("it is not executable: runit does not run it"));
    set(*settings_, "ready.exec", words_value({path}));
    note("check", mapped("ready.exec"));
  }

  void map_log(const std::string& path) {
    if (!is_directory(path)) return note("log", same("runit does not know it"));
    // svlogd is what nearly all of them run: our own log does what it does.
    const auto text = sources_.read_if_there(path + "/run");
    const bool is_svlogd = text && text->find("svlogd") != text->npos;
    note("log", is_svlogd ? lost("its output is captured, and rotated, without svlogd") : lost(std::string(kNotPiped)));
  }

  // A script in the place of a signal. Whether it exits with 0 says there whether the signal is sent, too.
  void map_control(const std::string& path) {
    for (const std::string& file : names_in(path)) {
      const std::string script = path + "/" + file, name = "control/" + file;
      if (!is_executable(script)) {
        note(name, same("it is not executable: runit does not run it"));
      } else if (file == "t") {
        stop_script_ = script;
        note(name, mapped("stop"));
      } else if (file == "h") {
        set(*settings_, "reload.command", words_value({script}));
        note(name, mapped("reload.command"));
      } else {
        note(name, lost("a signal that a command sends is no script's business; see stop, reload and the hooks"));
      }
    }
  }

  void set_stop() {
    ValueTable signal;
    signal.add("signal", text_value("TERM"));
    signal.add("to", text_value("main"));
    if (stop_script_.empty()) return set(*settings_, "stop", {std::move(signal), {}});
    ValueTable script;
    script.add("command", words_value({stop_script_}));
    ValueArray steps;
    steps.push_back({std::move(script), {}});
    steps.push_back({std::move(signal), {}});
    set(*settings_, "stop", {std::move(steps), {}});
  }

  const std::string& directory_;
  Sources& sources_;
  Imported& result_;
  std::string name_, stop_script_;
  ValueTable* settings_ = nullptr;
};

}  // namespace

void import_runit(const std::vector<std::string>& paths, Sources& sources, Imported& result) {
  for (const std::string& directory : service_directories(paths, "run", result))
    RunitImport(directory, sources, result).run();
}

}  // namespace sup::imports
