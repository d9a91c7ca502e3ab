// -H ssh://HOST: which hosts there are, and what is asked of the ctl there.
#include "ctl/hosts.hpp"

#include "base/text.hpp"
#include "ctl/parse.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::ctl;

namespace {

std::vector<std::string> words_for(std::vector<std::string> words, RemoteForm form = RemoteForm::as_asked) {
  const auto invocation = parse(words);
  REQUIRE(invocation);
  return remote_words(*invocation, form);
}

// What a shell makes of it.
std::vector<std::string> as_shell_reads(const std::string& command) {
  const auto words = split_words(command);
  REQUIRE(words);
  return *words;
}

}  // namespace

TEST_CASE("hosts are named with or without user, port and brackets, and each once", "[ctl][hosts]") {
  const auto hosts = parse_hosts("ssh://web1,admin@web2:2222,ssh://[::1]:22/,web1");
  REQUIRE(hosts);
  REQUIRE(*hosts ==
          std::vector<Host>{{"web1", "web1", ""}, {"web2:2222", "admin@web2", "2222"}, {"::1:22", "::1", "22"}});
}

TEST_CASE("what ssh or a shell could take for something else is no host", "[ctl][hosts]") {
  for (const char* text : {"web1", "http://web1", "ssh://", "ssh://a,,b", "ssh://-oProxyCommand=x", "ssh://-l@a",
                           "ssh://a b", "ssh://a;b", "ssh://$(id)", "ssh://a:x", "ssh://a:123456", "ssh://[::1",
                           "ssh://@a", "ssh://a'b", "ssh://a/b", "ssh://[::1]x", "ssh://a\nb"}) {
    INFO(text);
    REQUIRE_FALSE(parse_hosts(text));
  }
}

TEST_CASE("the command there is that of here, without what is ours", "[ctl][hosts]") {
  REQUIRE(words_for({"-H", "ssh://a", "status", "--no-pager", "web*", "-v"}) ==
          std::vector<std::string>{"status", "--verbose", "--", "web*"});
  REQUIRE(words_for({"status", "--host=ssh://a,b", "--format", "{name}"}) ==
          std::vector<std::string>{"status", "--json"});
  REQUIRE(words_for({"-H", "ssh://a", "status"}, RemoteForm::json) == std::vector<std::string>{"status", "--json"});
  REQUIRE(words_for({"-H", "ssh://a", "logs", "web", "-g", "-H", "--timeout", "5s", "--socket", "/s", "-q"}) ==
          std::vector<std::string>{"logs", "--grep=-H", "--socket=/s", "--timeout=5s", "--quiet", "--", "web"});
  REQUIRE(words_for({"-H", "ssh://a", "restart", "--no-wait", "--tag", "x", "--tag", "y"}) ==
          std::vector<std::string>{"restart", "--tag=x", "--tag=y", "--no-wait"});
}

TEST_CASE("each example means the same there", "[ctl][hosts]") {
  for (const wire::CommandRow& row : wire::commands())
    for (const wire::Example& example : row.examples) {
      // Some are more than a command.
      if (!example.line.starts_with("ctl ")) continue;
      const std::string_view line = example.line.substr(0, example.line.find(" && "));
      INFO(line);
      auto words = as_shell_reads(std::string(line));
      words.erase(words.begin());
      const auto here = parse(words);
      REQUIRE(here);
      const auto there = parse(remote_words(*here, RemoteForm::as_asked));
      REQUIRE(there);
      REQUIRE(there->row == here->row);
      REQUIRE(there->format == here->format);
      for (const auto& [name, value] : here->arguments.all()) {
        INFO(name);
        REQUIRE(there->arguments.has(name));
        REQUIRE(*there->arguments.find(name) == value);
      }
    }
}

TEST_CASE("the shell of the other side reads exactly the words, whatever is in them", "[ctl][hosts]") {
  const std::vector<std::string> words = {
      "run", "--", "sh", "-c", "echo $(id) `id` 'a' \"b\" ; | & > x", "", "=zsh", "~", "a\nb", "\\", "!x", "*"};
  auto read = as_shell_reads(remote_command(words));
  REQUIRE(read.front() == "ctl");
  read.erase(read.begin());
  REQUIRE(read == words);
}

TEST_CASE("ssh gets the destination behind --, a terminal where one is there, and no prompts where they would mix",
          "[ctl][hosts]") {
  const Host host{"web2:2222", "admin@web2", "2222"};
  REQUIRE(
      ssh_command(host, "ctl 'status'", RemoteTerminal::no, RemotePrompts::refused) ==
      std::vector<std::string>{"ssh", "-T", "-o", "BatchMode=yes", "-p", "2222", "--", "admin@web2", "ctl 'status'"});
  REQUIRE(ssh_command({"a", "a", ""}, "ctl 'top'", RemoteTerminal::yes, RemotePrompts::allowed) ==
          std::vector<std::string>{"ssh", "-t", "--", "a", "ctl 'top'"});
}
