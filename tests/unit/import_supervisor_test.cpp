// supervisord.conf of supervisor: how it is read, and what it becomes.
#include "import/source.hpp"
#include "import/supervisor_file.hpp"
#include "import/words.hpp"
#include "unit/import_folder.hpp"
#undef CHECK
#include "catch.hpp"

using namespace sup;
using namespace sup::imports;

namespace {

Imported import_text(const ImportFolder& folder, std::string_view text) {
  return import_files(Format::supervisor, {folder.write("supervisord.conf", text)});
}

}  // namespace

TEST_CASE("words are split like Python's shlex does", "[import]") {
  REQUIRE(*shlex_words(R"(a 'b c' "d \" e" f\ g h|i;j '')") ==
          std::vector<std::string>{"a", "b c", "d \" e", "f g", "h|i;j", ""});
  REQUIRE_FALSE(shlex_words("a 'b").has_value());
  REQUIRE_FALSE(shlex_words("a\\").has_value());
}

TEST_CASE("supervisor's environment has quotes, commas and lines", "[import]") {
  const auto list = environment_list("A=\"x,y\",B='z',\n C=plain , D=\"\"");
  REQUIRE(list.has_value());
  REQUIRE(*list ==
          std::vector<std::pair<std::string, std::string>>{{"A", "x,y"}, {"B", "z"}, {"C", "plain"}, {"D", ""}});
  for (const std::string_view wrong : {"A", "A=\"x", "=x", "A B=x"}) REQUIRE_FALSE(environment_list(wrong).has_value());
}

TEST_CASE("supervisor's sections have comments and lines that go on", "[import]") {
  Imported result;
  const auto sections = read_supervisor_text(
      "; comment\n# another\n[program:web]\nCommand: run --x ; said why\nenvironment=A=\"1\",\n  "
      "B=\"2\"\n\n[group:g]\nprograms=web\n",
      "f", result);
  REQUIRE(problems(result).empty());
  REQUIRE(sections.size() == 2);
  REQUIRE(sections[0].title() == "[program:web]");
  REQUIRE(sections[0].find("command")->value == "run --x");
  REQUIRE(sections[0].find("command")->place.line == 4);
  REQUIRE(sections[0].find("environment")->value == "A=\"1\",\nB=\"2\"");
}

TEST_CASE("supervisor's formatting is expanded", "[import]") {
  const Expansions known = {{"process_num", "7"}, {"program_name", "web"}};
  REQUIRE(expand_supervisor("%(program_name)s_%(process_num)03d 100%%", known).text == "web_007 100%");
  REQUIRE_FALSE(expand_supervisor("%(nothing)s", known).fault.empty());
  REQUIRE_FALSE(expand_supervisor("50%", known).fault.empty());
  REQUIRE_FALSE(expand_supervisor("%(process_num", known).fault.empty());
  const Expanded path = expand_supervisor("%(ENV_PATH)s", known);
  REQUIRE(path.fault.empty());
  REQUIRE(path.variables == std::vector<std::string>{"PATH"});
}

TEST_CASE("a program of supervisor becomes a service", "[import]") {
  ImportFolder folder;
  Imported result = import_text(folder, R"([program:web]
command=/usr/bin/web --port 80
startsecs=5
autorestart=true
stopsignal=QUIT
stopwaitsecs=30
stopasgroup=true
user=nobody
redirect_stderr=true
stdout_logfile=/var/log/web.log
stdout_logfile_maxbytes=1MB
stdout_logfile_backups=3
directory=/srv
umask=027
)");
  REQUIRE(problems(result).empty());
  REQUIRE(essential_losses(result) == 0);
  REQUIRE(setting(result, "web", "command") == R"(["/usr/bin/web", "--port", "80"])");
  REQUIRE(setting(result, "web", "ready.delay") == R"("5s")");
  REQUIRE(setting(result, "web", "restart") == R"("always")");
  REQUIRE(setting(result, "web", "stop") == R"({ signal = "QUIT", to = "group", timeout = "30s" })");
  REQUIRE(setting(result, "web", "user") == R"("nobody")");
  REQUIRE(setting(result, "web", "stderr") == R"("stdout")");
  REQUIRE(setting(result, "web", "log.path") == R"("/var/log/web.log")");
  REQUIRE(setting(result, "web", "log.rotate") == R"({ max-size = "1MiB", keep = 3 })");
  REQUIRE(setting(result, "web", "umask") == R"("027")");
}

TEST_CASE("processes that differ are services and a group, those that do not are instances", "[import]") {
  ImportFolder folder;
  Imported result = import_text(folder, R"([program:alike]
command=/bin/worker
process_name=%(program_name)s_%(process_num)d
numprocs=3
[program:apart]
command=/bin/worker --port 80%(process_num)02d
process_name=%(program_name)s_%(process_num)02d
numprocs=2
numprocs_start=5
)");
  REQUIRE(problems(result).empty());
  REQUIRE(setting(result, "alike", "instances") == "3");
  REQUIRE(setting(result, "apart_05", "command") == R"(["/bin/worker", "--port", "8005"])");
  REQUIRE(setting(result, "apart_06", "command") == R"(["/bin/worker", "--port", "8006"])");
  REQUIRE(result.find("group", "apart") != nullptr);
}

TEST_CASE("priorities are an order, and groups have their own", "[import]") {
  ImportFolder folder;
  Imported result = import_text(folder, R"([program:a]
command=/bin/a
priority=5
[program:b]
command=/bin/b
[program:c]
command=/bin/c
[group:late]
programs=c
priority=2000
)");
  REQUIRE(setting(result, "a", "after").empty());
  REQUIRE(setting(result, "b", "after") == R"([{ service = "a", until = "started" }])");
  REQUIRE(setting(result, "c", "after") == R"([{ service = "b", until = "started" }])");
}

TEST_CASE("what supervisor has and we have not is told, each by itself", "[import]") {
  ImportFolder folder;
  Imported result = import_text(folder, R"([eventlistener:mail]
command=/bin/mailer
events=PROCESS_STATE
[program:web]
command=/bin/web
startretries=3
colour=blue
serverurl=http://localhost
[program:broken]
command=/bin/x %(ENV_THAT_IS_NOT_SET_ANYWHERE)s
)");
  REQUIRE(result.find("service", "mail") == nullptr);
  REQUIRE(note_about(result, "[eventlistener:mail]").weight == Weight::essential);
  REQUIRE(note_about(result, "events").fate == Fate::not_mapped);
  REQUIRE(note_about(result, "startretries").fate == Fate::not_mapped);
  REQUIRE(note_about(result, "colour").text == "this option is not known");
  REQUIRE(note_about(result, "serverurl").fate == Fate::not_mapped);
  REQUIRE(note_about(result, "[program:broken] command").weight == Weight::essential);
}

TEST_CASE("the name of the host is that of this machine, which is told", "[import]") {
  ImportFolder folder;
  Imported result =
      import_text(folder, "[include]\nfiles=x\nmore=y\n[program:web]\ncommand=/bin/web %(host_node_name)s\n");
  REQUIRE(problems(result).empty());
  REQUIRE(setting(result, "web", "command") == R"(["/bin/web", ")" + machine_name() + R"("])");
  REQUIRE(std::ranges::any_of(result.notes, [](const Note& note) {
    return note.fate == Fate::not_mapped && note.text.starts_with("the value that host_node_name has now");
  }));
  REQUIRE(note_about(result, "[include] more").text == "this option is not known");
}

TEST_CASE("included files are read once, and not what they include", "[import]") {
  ImportFolder folder;
  folder.write("conf.d/a.conf", "[program:a]\ncommand=/bin/a\n[include]\nfiles=*.conf\n");
  Imported result = import_text(folder, "[include]\nfiles = conf.d/*.conf nowhere/*.conf\n");
  REQUIRE(problems(result).empty());
  REQUIRE(setting(result, "a", "command") == R"(["/bin/a"])");
  REQUIRE(result.definitions.size() == 1);
}

TEST_CASE("hostile configurations of supervisor are problems with their place", "[import]") {
  ImportFolder folder;
  struct Wrong {
    std::string_view text, says;
  };
  for (const auto& [text, says] :
       {Wrong{"command=x\n", ":1: an option stands before"}, Wrong{"[program:a\n", ":1: a ] is missing"},
        Wrong{"[program:a]\nnothing\n", ":2: this is not OPTION=VALUE"}, Wrong{"[program:a]\n", "has no command"},
        Wrong{"[program:a]\ncommand=x\nnumprocs=99999999999\n", "numprocs has to be"},
        Wrong{"[program:a]\ncommand=x\nnumprocs=3\n", "process_num"},
        Wrong{std::string_view("[program:a]\ncommand=\0x\n", 23), "NUL"},
        Wrong{"[program:a]\ncommand=\xff\n", "UTF-8"}}) {
    INFO(says);
    const Imported result = import_text(folder, text);
    INFO(problems(result));
    REQUIRE(problems(result).find(says) != std::string::npos);
  }
  REQUIRE_FALSE(import_text(folder, std::string((1 << 20) + 1, '\n')).problems.empty());
}
