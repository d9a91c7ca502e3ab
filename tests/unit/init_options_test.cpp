// What the command lines of the inits come to. Their texts are compared with those of the real programs by the
// integration case init-compatible.
#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "catch.hpp"
#include "init/personalities.hpp"

namespace {

using sup::init::Facts;
using sup::init::fill;
using sup::init::find_personality;
using sup::init::is_own;
using sup::init::Parse;
using sup::init::parse_catatonit;
using sup::init::parse_dumb_init;
using sup::init::parse_own;
using sup::init::parse_tini;
using sup::init::Parsed;
using sup::init::Placement;
using sup::init::Plan;
using sup::init::Target;
using sup::sys::Line;

// A command line that getopt(3) may reorder.
class CommandLine {
 public:
  CommandLine(std::initializer_list<const char*> words) {
    for (const char* word : words) words_.emplace_back(word);
    for (std::string& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }
  int argc() const { return static_cast<int>(words_.size()); }
  char** argv() { return pointers_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

Parsed parsed(Parse parse, std::initializer_list<const char*> words) {
  static std::vector<CommandLine> kept;  // A plan points into its command line.
  kept.reserve(1000);
  kept.emplace_back(words);
  return parse(kept.back().argc(), kept.back().argv());
}

Plan plan_of(Parse parse, std::initializer_list<const char*> words) {
  const Parsed result = parsed(parse, words);
  REQUIRE_FALSE(result.done_with);
  return result.plan;
}

std::vector<std::string> command_of(const Plan& plan) {
  std::vector<std::string> out;
  for (char** word = plan.command; *word != nullptr; ++word) out.emplace_back(*word);
  return out;
}

using Words = std::vector<std::string>;

class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Environment() { ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("a program is known by the last part of its path", "[init]") {
  for (const char* path : {"tini", "/sbin/tini", "/usr/bin/tini-static", "./docker-init"})
    CHECK(find_personality(path)->parse == parse_tini);
  CHECK(find_personality("/usr/bin/dumb-init")->parse == parse_dumb_init);
  CHECK(find_personality("catatonit")->parse == parse_catatonit);
  for (const char* path : {"supervisord", "/tini/supervisord", "", "tini2", "a-tini", "tini/"})
    CHECK(find_personality(path) == nullptr);
}

TEST_CASE("supervisord is the init of a command that stands after --", "[init]") {
  const auto is_own_line = [](std::initializer_list<const char*> words) {
    CommandLine line(words);
    return is_own(line.argc(), line.argv());
  };
  CHECK(is_own_line({"supervisord", "--", "true"}));
  CHECK(is_own_line({"supervisord", "--wait-all", "--", "true"}));
  CHECK(is_own_line({"supervisord", "--config", "x", "--", "true"}));  // Refused by its parser.
  CHECK(is_own_line({"supervisord", "--wait-all"}));                   // Likewise.
  CHECK(is_own_line({"supervisord", "--", "env", "--help"}));
  CHECK_FALSE(is_own_line({"supervisord"}));
  CHECK_FALSE(is_own_line({"supervisord", "--config", "x"}));
  CHECK_FALSE(is_own_line({"supervisord", "--help", "--", "true"}));
}

TEST_CASE("our own options", "[init]") {
  const Plan plain = plan_of(parse_own, {"supervisord", "--", "echo", "--", "-v"});
  CHECK(command_of(plain) == Words{"echo", "--", "-v"});
  CHECK(plain.target == Target::command);
  CHECK_FALSE(plain.waits_for_all);
  CHECK_FALSE(plain.grace);
  const Plan all = plan_of(parse_own, {"supervisord", "--wait-all", "--grace", "1m30s", "--forward-to-group", "-v",
                                       "--rewrite=HUP:QUIT", "--rewrite", "RTMIN+1:0", "--", "x"});
  CHECK(all.waits_for_all);
  CHECK(all.grace == std::chrono::seconds(90));
  CHECK(all.target == Target::group);
  CHECK(all.placement == Placement::own_group);
  CHECK(all.verbosity > plain.verbosity);
  CHECK(all.rewrites[SIGHUP] == SIGQUIT);
  CHECK(all.rewrites[SIGRTMIN + 1] == 0);
  CHECK_FALSE(all.rewrites.changes(SIGTERM));
}

TEST_CASE("a command line of our own that is wrong is refused with 64", "[init]") {
  const std::initializer_list<const char*> wrong[] = {
      {"supervisord", "--"},
      {"supervisord", "--wait-all"},
      {"supervisord", "--wait-all=yes", "--", "x"},
      {"supervisord", "--config", "a", "--", "x"},
      {"supervisord", "--grace", "--", "x"},
      {"supervisord", "--grace", "10", "--", "x"},
      {"supervisord", "--rewrite", "TERM", "--", "x"},
      {"supervisord", "--rewrite", "TERM:NONE", "--", "x"},
      {"supervisord", "--rewrite", "KILL:TERM", "--", "x"},
      {"supervisord", "stray", "--", "x"},
  };
  for (const auto& words : wrong) CHECK(parsed(parse_own, words).done_with == 64);
}

TEST_CASE("the options of tini", "[init]") {
  const Plan plain = plan_of(parse_tini, {"tini", "--", "ls", "-l"});
  CHECK(command_of(plain) == Words{"ls", "-l"});
  CHECK(plain.verbosity == 1);
  CHECK_FALSE(plain.wants_reaper);
  const Plan all = plan_of(parse_tini, {"tini", "-swgvv", "-e", "143", "-e0", "-p", "SIGKILL", "x"});
  CHECK(all.wants_reaper);
  CHECK(all.tells_reaped);
  CHECK(all.target == Target::group);
  CHECK(all.verbosity == 3);
  CHECK(all.excused.count() == 2);
  CHECK(all.excused.test(143));
  CHECK(all.parent_death == SIGKILL);
  // Options are looked for behind the program, too, unless there is a `--`.
  CHECK(command_of(plan_of(parse_tini, {"tini", "ls", "-g", "--", "-l"})) == Words{"ls", "-l"});
  for (const char* code : {"256", "-1", "1x", "0x1"})
    CHECK(parsed(parse_tini, {"tini", "-e", code, "x"}).done_with == 1);
  for (const char* name : {"KILL", "9", "SIGRTMIN", "SIGRTMIN+1", "SIGPWR", "SIGPOLL", "SIGIO", "SIGIOT", "SIGSTKFLT",
                           "sigkill", "SIG", ""})
    CHECK(parsed(parse_tini, {"tini", "-p", name, "x"}).done_with == 1);
}

TEST_CASE("the environment of tini comes after its options", "[init]") {
  const Environment verbosity("TINI_VERBOSITY", "4");
  const Environment reaper("TINI_SUBREAPER", "");
  const Environment group("TINI_KILL_PROCESS_GROUP", "");
  const Plan plan = plan_of(parse_tini, {"tini", "-v", "x"});
  CHECK(plan.verbosity == 4);
  CHECK(plan.wants_reaper);
  CHECK(plan.target == Target::group);
}

TEST_CASE("the options of dumb-init", "[init]") {
  const Plan plain = plan_of(parse_dumb_init, {"dumb-init", "ls", "-v", "--", "-c"});
  CHECK(command_of(plain) == Words{"ls", "-v", "--", "-c"});
  CHECK(plain.placement == Placement::own_session);
  CHECK(plain.target == Target::group);
  for (const int number : {SIGTSTP, SIGTTIN, SIGTTOU}) CHECK(plain.rewrites[number] == SIGSTOP);
  const Plan single = plan_of(parse_dumb_init, {"dumb-init", "--single-child", "--rewrite", "15:3", "-r20:0", "x"});
  CHECK(single.placement == Placement::our_group);
  CHECK(single.target == Target::command);
  CHECK(single.rewrites[SIGTERM] == SIGQUIT);
  CHECK(single.rewrites[SIGTSTP] == 0);
  CHECK_FALSE(single.rewrites.changes(SIGTTIN));
  CHECK(plan_of(parse_dumb_init, {"dumb-init", "-r", "20:10", "x"}).rewrites[SIGTSTP] == SIGUSR1);
  const Environment setsid("DUMB_INIT_SETSID", "0");
  CHECK(plan_of(parse_dumb_init, {"dumb-init", "x"}).placement == Placement::our_group);
}

TEST_CASE("the options of catatonit", "[init]") {
  const Plan plain = plan_of(parse_catatonit, {"catatonit", "--", "ls", "-l"});
  CHECK(command_of(plain) == Words{"ls", "-l"});
  CHECK(plain.placement == Placement::own_group);
  CHECK(plain.verbosity == 0);
  CHECK(plan_of(parse_catatonit, {"catatonit", "-g", "x"}).target == Target::group);
  CHECK(plan_of(parse_catatonit, {"catatonit", "-P"}).command == nullptr);
  const Environment debug("CATATONIT_DEBUG", "");
  CHECK(plan_of(parse_catatonit, {"catatonit", "x"}).verbosity == 4);
}

TEST_CASE("a template is filled with what is known", "[init]") {
  const auto filled = [](const char* text, const Facts& facts) {
    Line line;
    fill(line, text, facts);
    return std::string(line.text());
  };
  const Facts facts{.pid = 12, .signal = SIGTERM, .other = SIGUSR1, .error = ENOENT, .command = "a\x1b[1m"};
  CHECK(filled("%p %n %N %S", facts) == "12 15 TERM Terminated");
  CHECK(filled("%o %O %e %E", facts) == "10 USR1 No such file or directory 2");
  CHECK(filled("%c|%q", facts) == "a\x1b[1m|a?[1m");
  CHECK(filled("100%", facts) == "100%");
  CHECK(filled("%S", {.signal = SIGRTMIN + 2}) == "Real-time signal 2");
  CHECK(filled("%S", {.signal = 33}) == "Unknown signal 33");
}

TEST_CASE("a line that is too long is cut", "[init]") {
  Line line;
  const std::string name(6'000, 'x');
  line.add("begin ");
  line.add(name);
  line.add(" end");
  CHECK(line.text().starts_with("begin xxx"));
  CHECK(line.text().size() == 5'000);
}
