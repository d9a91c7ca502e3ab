// Units of systemd: their values, and what they become.
#include "import/systemd_text.hpp"
#include "import/unit_file.hpp"
#include "unit/import_folder.hpp"
#undef CHECK
#include "catch.hpp"

using namespace sup;
using namespace sup::imports;

namespace {

Imported import_unit(const ImportFolder& folder, const std::string& name, std::string_view text) {
  return import_files(Format::systemd, {folder.write(name, text)});
}

std::vector<std::string> command_from(std::string_view text) {
  const auto command = exec_command(text, unit_name("web@1.service"));
  return command ? command_of(*command) : std::vector<std::string>{command.error().what};
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("names of units have parts", "[import]") {
  REQUIRE(unit_name("web").full == "web.service");
  REQUIRE(unit_name("web@a.b.service").prefix == "web");
  REQUIRE(unit_name("web@a.b.service").instance == "a.b");
  REQUIRE(unit_name("web@.service").is_template());
  REQUIRE(unit_name("a.b").full == "a.b.service");
  REQUIRE(unit_name("net.target").suffix == "target");
}

TEST_CASE("specifiers stand for parts of the name, and for folders", "[import]") {
  const UnitName unit = unit_name("a-b@x-y\\x2dz.service");
  REQUIRE(*expand_specifiers("%i %I %p %n %t %S %%", unit) ==
          "x-y\\x2dz x/y-z a-b a-b@x-y\\x2dz.service /run /var/lib %");
  REQUIRE_FALSE(expand_specifiers("%b", unit).has_value());
}

TEST_CASE("commands of systemd are words, or lines of a shell where variables are", "[import]") {
  REQUIRE(command_from("/bin/a 'b c' \"d\\\"e\" f\\x20g %i") == Words{"/bin/a", "b c", "d\"e", "f g", "1"});
  REQUIRE(command_from("/bin/a $OPTS") == Words{"/bin/sh", "-c", "set -f; exec /bin/a $OPTS"});
  REQUIRE(command_from("/bin/a x${A}y'z \"q") == Words{"a ' is not closed"});
  REQUIRE(command_from("/bin/a \"x ${A}\" $$HOME it's") == Words{"a ' is not closed"});
  REQUIRE(command_from("/bin/a \"x ${A}\" $$HOME") ==
          Words{"/bin/sh", "-c", "set -f; exec /bin/a 'x '\"${A}\" '$HOME'"});
  REQUIRE(command_from("-/bin/a b") == Words{"/bin/sh", "-c", "{ /bin/a b || :; }"});
  REQUIRE(command_from(":/bin/a $OPTS") == Words{"/bin/a", "$OPTS"});
  REQUIRE(command_from("@/bin/a name b") == Words{"/bin/a", "b"});
  REQUIRE(command_from("/bin/a $;(x)") == Words{"/bin/sh", "-c", "set -f; exec /bin/a '$;(x)'"});
}

TEST_CASE("times and sizes of systemd", "[import]") {
  REQUIRE(time_span("5min 20s") == std::chrono::seconds{320});
  REQUIRE(time_span("90") == std::chrono::seconds{90});
  REQUIRE(time_span("1.5s") == std::chrono::milliseconds{1500});
  REQUIRE(time_span("500ms") == std::chrono::milliseconds{500});
  REQUIRE(time_span("infinity") == kForever);
  REQUIRE(time_span("99999 years") == kForever);
  for (const std::string_view wrong : {"", "x", "5 parsecs", "1.2.3s", "-1"})
    REQUIRE_FALSE(time_span(wrong).has_value());
  REQUIRE(systemd_size("512M") == "512MiB");
  REQUIRE(systemd_size("infinity") == "unlimited");
  REQUIRE(systemd_size("10%") == "10%");
  for (const std::string_view wrong : {"", "M", "-1", "99999999T"}) REQUIRE_FALSE(systemd_size(wrong).has_value());
}

TEST_CASE("a service of systemd becomes one of ours", "[import]") {
  ImportFolder folder;
  Imported result = import_unit(folder, "web.service", R"([Unit]
Description=The web
After=network.target
[Service]
Type=notify
User=nobody
Environment="A=b c" D=e
ExecStartPre=/bin/check
ExecStart=/bin/web \
  --port 80
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=2
TimeoutStopSec=5
KillMode=mixed
LimitNOFILE=1024:65536
MemoryMax=1G
WatchdogSec=30
PrivateTmp=true
RuntimeDirectory=web
RuntimeDirectoryMode=0750
[Install]
WantedBy=multi-user.target
)");
  REQUIRE(problems(result).empty());
  REQUIRE(essential_losses(result) == 0);
  REQUIRE(setting(result, "web", "command") == R"(["/bin/web", "--port", "80"])");
  REQUIRE(setting(result, "web", "type") == R"("notify")");
  REQUIRE(setting(result, "web", "enabled").empty());
  REQUIRE(setting(result, "web", "env") == R"({ A = "b c", D = "e", RUNTIME_DIRECTORY = "/run/web" })");
  REQUIRE(setting(result, "web", "reload") == R"({ signal = "HUP", notify = false })");
  REQUIRE(setting(result, "web", "restart") ==
          R"({ when = "on-failure", delay = "2s", factor = 1, max-delay = "2s" })");
  REQUIRE(setting(result, "web", "stop") == R"({ signal = "TERM", to = "main", timeout = "5s" })");
  REQUIRE(setting(result, "web", "limits.nofile") == R"("1024:65536")");
  REQUIRE(setting(result, "web", "resources.memory-max") == R"("1GiB")");
  REQUIRE(setting(result, "web", "watchdog") == R"("30s")");
  REQUIRE(setting(result, "web", "requires") == R"(["web.directories"])");
  REQUIRE(setting(result, "web.directories", "command").find("install -d -o nobody -m 0750 /run/web") !=
          std::string::npos);
  REQUIRE(note_about(result, "PrivateTmp").fate == Fate::not_mapped);
  REQUIRE(note_about(result, "After").text == "not among what is imported: network.target");
}

TEST_CASE("units that are imported together are related, others are told", "[import]") {
  ImportFolder folder;
  folder.write("db.service", "[Service]\nExecStart=/bin/db\n[Install]\nWantedBy=x.target\n");
  folder.write("web.service",
               "[Unit]\nRequires=db.service cache.service\nAfter=db.service\n[Service]\nExecStart=/bin/web\n");
  Imported result = import_files(Format::systemd, {folder.path("db.service"), folder.path("web.service")});
  REQUIRE(setting(result, "web", "requires") == R"(["db"])");
  REQUIRE(setting(result, "web", "after") == R"(["db"])");
  REQUIRE(setting(result, "web", "enabled") == "false");
  REQUIRE(note_about(result, "Requires").weight == Weight::essential);
}

TEST_CASE("credentials that are files are kept, others are told", "[import]") {
  ImportFolder folder;
  const std::string directory = folder.path("");
  Imported result =
      import_unit(folder, "web.service",
                  "[Service]\nExecStart=/bin/web --key %d/db.key 100%%\nLoadCredential=old:/old\nLoadCredential=\n"
                  "LoadCredential=db.key:/run/secrets/%N\nLoadCredential=store\nLoadCredential=near:relative\n"
                  "LoadCredential=all:" +
                      directory +
                      "\nLoadCredential=a/b:/x\nSetCredential=a:b\n"
                      "SetCredentialEncrypted=a:b\nLoadCredentialEncrypted=a:/b\nImportCredential=web.*\n");
  REQUIRE(problems(result).empty());
  REQUIRE(setting(result, "web", "credentials") == R"({ "db.key" = "/run/secrets/web" })");
  REQUIRE(setting(result, "web", "command") ==
          R"(["/bin/sh", "-c", "set -f; exec /bin/web --key \"${CREDENTIALS_DIRECTORY}\"/db.key 100%"])");
  REQUIRE(essential_losses(result) == 8);
  Imported jailed = import_unit(folder, "jailed.service",
                                "[Service]\nExecStart=/web\nRootDirectory=/srv\nLoadCredential=db:/run/db\n");
  REQUIRE(problems(jailed).empty());
  REQUIRE(essential_losses(jailed) == 1);
}

TEST_CASE("what is started on a failure is started without a restart, too", "[import]") {
  ImportFolder folder;
  folder.write("mail.service", "[Service]\nType=oneshot\nExecStart=/bin/mail\n");
  folder.write("once.service", "[Unit]\nOnFailure=mail.service\n[Service]\nExecStart=/bin/web\n");
  folder.write("again.service", "[Unit]\nOnFailure=mail.service\n[Service]\nExecStart=/bin/web\nRestart=on-failure\n");
  Imported result = import_files(
      Format::systemd, {folder.path("mail.service"), folder.path("once.service"), folder.path("again.service")});
  REQUIRE(problems(result).empty());
  REQUIRE(setting(result, "once", "restart") == R"({ when = "on-failure", max = 0, on-give-up = { start = "mail" } })");
  REQUIRE(setting(result, "again", "restart") ==
          R"({ when = "on-failure", max = 4, within = "10s", on-give-up = { start = "mail" } })");
}

TEST_CASE("resources of systemd that are of one disk, and shares", "[import]") {
  ImportFolder folder;
  Imported result = import_unit(folder, "web.service", R"([Service]
ExecStart=/bin/web
IOReadBandwidthMax=/dev/sda 10M
IOWriteBandwidthMax=/dev/sda 5000
IOWriteIOPSMax=/dev/sdb 2K
IOReadIOPSMax=/dev/sdb infinity
IOReadBandwidthMax=/var/lib 1M
IOReadBandwidthMax=/dev/sda 0
CPUShares=512
CPUAccounting=yes
Personality=x86
IgnoreSIGPIPE=no
)");
  REQUIRE(problems(result).empty());
  REQUIRE(setting(result, "web", "resources.io-max") ==
          R"([{ device = "/dev/sda", rbps = "10MB", wbps = "5kB" }, { device = "/dev/sdb", wiops = 2000 }])");
  REQUIRE(setting(result, "web", "resources.cpu-weight") == "50");
  REQUIRE(setting(result, "web", "personality") == R"(["linux32"])");
  REQUIRE(count_of(result, Fate::not_mapped) == 2);
}

TEST_CASE("conditions that we know, too, are kept, others are told", "[import]") {
  ImportFolder folder;
  const Imported result = import_unit(folder, "web.service", R"([Unit]
ConditionPathExists=/etc/web
ConditionPathExists=!/etc/web/off
ConditionPathExists=!/run/%p.off
ConditionPathExists=|/one/of/these
ConditionEnvironment=!CI=1
ConditionHost=web*
ConditionHost=db*
ConditionHost=!0123456789abcdef0123456789abcdef
ConditionKernelVersion=>6
AssertPathExists=/etc/web
[Service]
ExecStart=/bin/web
)");
  const Value* condition = get(result.definitions.at(0).settings, "if");
  REQUIRE(condition != nullptr);
  REQUIRE(inline_toml(*condition) ==
          "{ exists = [\"/etc/web\"], host = [\"web*\"], not-env = [\"CI=1\"], "
          "not-exists = [\"/etc/web/off\", \"/run/web.off\"] }");
  const auto lost = std::ranges::count(result.notes, Fate::not_mapped, &Note::fate);
  REQUIRE(lost == 5);
}

TEST_CASE("later assignments, empty ones and drop-ins count as systemd counts them", "[import]") {
  ImportFolder folder;
  folder.write("web.service.d/10.conf", "[Service]\nExecStart=\nExecStart=/bin/other\nNice=5\n");
  Imported result = import_unit(folder, "web.service", "[Service]\nExecStart=/bin/web\nNice=1\nNice=2\nX-Mine=3\n");
  REQUIRE(setting(result, "web", "command") == R"(["/bin/other"])");
  REQUIRE(setting(result, "web", "nice") == "5");
  REQUIRE(note_about(result, "X-Mine").fate == Fate::same);
}

TEST_CASE("an instance of a template fills in its name", "[import]") {
  ImportFolder folder;
  folder.write("web@.service", "[Service]\nType=oneshot\nExecStart=/bin/web %i %n\n");
  Imported result = import_files(Format::systemd, {folder.path("web@a.service")});
  REQUIRE(setting(result, "web-a", "command") == R"(["/bin/web", "a", "web@a.service"])");
  REQUIRE(problems(import_files(Format::systemd, {folder.path("web@.service")})).find("it is a template") !=
          std::string::npos);
}

TEST_CASE("units of other kinds, and what cannot be read, are told", "[import]") {
  ImportFolder folder;
  REQUIRE(essential_losses(import_unit(folder, "a.timer", "[Timer]\nOnBootSec=5\n")) == 1);
  REQUIRE(essential_losses(import_unit(folder, "a.socket", "[Socket]\nListenStream=80\n")) == 1);
  REQUIRE(problems(import_unit(folder, "a.service", "ExecStart=x\n")).find(":1: an option stands before") !=
          std::string::npos);
  REQUIRE(problems(import_unit(folder, "a.service", "[Service]\nfoo\n")).find(":2: this is not OPTION=VALUE") !=
          std::string::npos);
  REQUIRE(problems(import_unit(folder, "a.service", "")).find("it is empty") != std::string::npos);
  REQUIRE(problems(import_files(Format::systemd, {folder.path("none.service")})).find("there is no such file") !=
          std::string::npos);
  REQUIRE(essential_losses(import_unit(folder, "b.service", "[Service]\nType=simple\n")) == 1);
}
