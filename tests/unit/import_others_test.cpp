// Procfiles, crontabs, service directories and compose files: what they become.
#include <string>

#include "import/yaml.hpp"
#include "unit/import_folder.hpp"
#include "wire/commands.hpp"
#undef CHECK
#include "catch.hpp"

using namespace sup;
using namespace sup::imports;

TEST_CASE("every format can be named", "[import]") {
  const auto* from = wire::find_param(wire::command(wire::Verb::import_foreign), "from");
  REQUIRE(from->choices.size() == kEnumNames<Format>.size());
  for (const std::string_view choice : from->choices) REQUIRE(enum_from_name<Format>(choice).has_value());
}

TEST_CASE("the format follows from name and content", "[import]") {
  ImportFolder folder;
  REQUIRE(guess_format(folder.write("Procfile.dev", "web: x\n")) == Format::procfile);
  REQUIRE(guess_format(folder.write("a.yaml", "services:\n")) == Format::compose);
  REQUIRE(guess_format(folder.write("crontab", "")) == Format::crontab);
  REQUIRE(guess_format(folder.write("x", "# c\n* * * * * true\n")) == Format::crontab);
  REQUIRE(guess_format(folder.write("y.conf", "; c\n[program:x]\n")) == Format::supervisor);
  REQUIRE(guess_format(folder.write("z.conf", "[Service]\n")) == Format::systemd);
  REQUIRE(guess_format("no-such-file-here") == Format::systemd);
  folder.write("runit/web/run", "");
  folder.write("s6/web/type", "longrun\n");
  REQUIRE(guess_format(folder.path("runit")) == Format::runit);
  REQUIRE(guess_format(folder.path("s6/web")) == Format::s6_rc);
  REQUIRE_FALSE(guess_format(folder.write("other", "hello\n")).has_value());
}

TEST_CASE("a Procfile has a service in each line, and a shell where one is needed", "[import]") {
  ImportFolder folder;
  folder.write(".env", "A=b\n");
  Imported result =
      import_files(Format::procfile,
                   {folder.write("Procfile", "# c\nweb: bin/web -p $PORT\nworker: bin/worker 'a b'\nboth: a && b\n")});
  REQUIRE(problems(result).empty());
  REQUIRE(setting(result, "web", "command") == R"(["/bin/sh", "-c", "exec bin/web -p $PORT"])");
  REQUIRE(setting(result, "web", "env.PORT") == R"("5000")");
  REQUIRE(setting(result, "worker", "command") == R"(["bin/worker", "a b"])");
  REQUIRE(setting(result, "worker", "env.PORT") == R"("5100")");
  REQUIRE(setting(result, "both", "command") == R"(["/bin/sh", "-c", "a && b"])");
  REQUIRE_FALSE(setting(result, "web", "env-file").empty());
  REQUIRE(problems(import_files(Format::procfile, {folder.write("Procfile", "web\n")}))
              .find("Procfile:1: this is not NAME: COMMAND") != std::string::npos);
}

TEST_CASE("each job of a crontab is told, and @reboot is a oneshot", "[import]") {
  ImportFolder folder;
  Imported result = import_files(
      Format::crontab,
      {folder.write("crontab", "SHELL=/bin/bash\nMAILTO=me\n5 4 * * * nightly job\n@daily x\n@reboot prepare it\n")});
  REQUIRE(problems(result).empty());
  REQUIRE(essential_losses(result) == 2);
  REQUIRE(setting(result, "reboot-5", "command") == R"(["/bin/bash", "-c", "prepare it"])");
  REQUIRE(note_about(result, "MAILTO").fate == Fate::not_mapped);
  REQUIRE(problems(import_files(Format::crontab, {folder.write("crontab", "5 4 *\n")})).find("crontab:1:") !=
          std::string::npos);
}

TEST_CASE("a service directory of runit becomes a service", "[import]") {
  ImportFolder folder;
  folder.script("sv/web/run");
  folder.script("sv/web/finish");
  folder.script("sv/web/check");
  folder.write("sv/web/down", "");
  folder.script("sv/web/log/run", "#!/bin/sh\nexec svlogd -tt /var/log/web\n");
  folder.script("sv/web/control/t");
  folder.write("sv/web/control/u", "");
  folder.script("sv/db/run");
  Imported result = import_files(Format::runit, {folder.path("sv")});
  REQUIRE(problems(result).empty());
  REQUIRE(essential_losses(result) == 0);
  REQUIRE(result.definitions.size() == 2);
  REQUIRE(setting(result, "web", "command") == "[\"" + folder.path("sv/web/run") + "\"]");
  REQUIRE(setting(result, "web", "enabled") == "false");
  REQUIRE(setting(result, "web", "ready.exec") == "[\"" + folder.path("sv/web/check") + "\"]");
  REQUIRE_FALSE(setting(result, "web", "post-stop").empty());
  REQUIRE(note_about(result, "control/t").fate == Fate::mapped);
  REQUIRE(note_about(result, "control/u").text.find("it is not executable") != std::string::npos);
  REQUIRE(setting(result, "db", "restart") == R"("always")");
  REQUIRE_FALSE(import_files(Format::runit, {folder.path("sv/web/log/nothing")}).problems.empty());
}

TEST_CASE("definitions of s6-rc become services, oneshots and targets", "[import]") {
  ImportFolder folder;
  folder.write("src/web/type", "longrun\n");
  folder.script("src/web/run");
  folder.write("src/web/notification-fd", "3\n");
  folder.write("src/web/timeout-up", "5000\n");
  folder.write("src/web/timeout-kill", "2000\n");
  folder.write("src/web/down-signal", "SIGINT\n");
  folder.write("src/web/dependencies.d/prepare", "");
  folder.write("src/web/producer-for", "web-log\n");
  folder.write("src/web-log/type", "longrun\n");
  folder.script("src/web-log/run", "#!/bin/execlineb -P\ns6-log /var/log/web\n");
  folder.write("src/web-log/consumer-for", "web\n");
  folder.write("src/prepare/type", "oneshot\n");
  folder.write("src/prepare/up", "# c\nmkdir -p /run/web\n");
  folder.write("src/default/type", "bundle\n");
  folder.write("src/default/contents", "web\n");
  Imported result = import_files(Format::s6_rc, {folder.path("src")});
  REQUIRE(problems(result).empty());
  REQUIRE(essential_losses(result) == 0);
  REQUIRE(setting(result, "web", "ready") == R"({ fd = 3, timeout = "5s" })");
  REQUIRE(setting(result, "web", "stop") == R"({ signal = "INT", to = "main", timeout = "2s" })");
  REQUIRE(setting(result, "web", "requires") == R"(["prepare"])");
  REQUIRE(setting(result, "web", "enabled") == "false");
  REQUIRE(setting(result, "prepare", "command") == R"(["mkdir", "-p", "/run/web"])");
  REQUIRE(setting(result, "default", "type") == R"("target")");
  REQUIRE(setting(result, "default", "enabled").empty());
  REQUIRE(result.find("service", "web-log") == nullptr);
}

TEST_CASE("YAML is read with bounds", "[import]") {
  const auto good = parse_yaml("a: &x {b: 1, c: [x, 'null', null]}\nd:\n  <<: *x\n  b: 2\n");
  REQUIRE(good.has_value());
  REQUIRE(good->find("d")->find("b")->text == "2");
  REQUIRE(good->find("d")->find("c")->list.size() == 3);
  REQUIRE_FALSE(good->find("a")->find("c")->list[1].is_null());
  REQUIRE(good->find("a")->find("c")->list[2].is_null());
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) bomb += before + ", ";
    bomb += before + "]\n";
  }
  const std::string deep = std::string(1000, '[') + std::string(1000, ']');
  for (const std::string& wrong :
       {bomb, deep, std::string("a: b: c\n"), std::string("a: 1\na: 2\n"), std::string("? [x]\n: y\n"),
        std::string("a: *x\n"), std::string("a: 1\n---\nb: 2\n"), std::string("a: \"\\0\"\n")}) {
    INFO(wrong.substr(0, 60));
    REQUIRE_FALSE(parse_yaml(wrong).has_value());
  }
  REQUIRE(parse_yaml("a: 1\nb: [\n").error().line >= 2);
}

TEST_CASE("a service of compose becomes one of ours if it says what it runs", "[import]") {
  ImportFolder folder;
  Imported result = import_files(Format::compose, {folder.write("compose.yml", R"(version: "3"
services:
  web:
    image: web:1
    command: ["/bin/web", "--port", "${THAT_IS_NOT_SET_ANYWHERE:-80}"]
    entrypoint: /bin/entry --fast
    environment: {A: b, N: 5}
    env_file: web.env
    depends_on: {db: {condition: service_healthy}, job: {condition: service_completed_successfully}}
    restart: on-failure:3
    working_dir: /srv
    user: "1000:1000"
    stop_signal: SIGQUIT
    stop_grace_period: 1m30s
    ulimits: {nofile: {soft: 10, hard: 20}, nproc: 5}
    ports: ["80:80"]
    cpus: 1.5
    mem_limit: 512m
  db:
    command: db --data /var/lib/db
    environment: [A=b]
    healthcheck: {test: "db-ready -q", interval: 5s, retries: 2}
  job: {command: job, volumes: [x:/x]}
  redis: {image: redis}
)")});
  INFO(problems(result));
  REQUIRE(problems(result).empty());
  REQUIRE(setting(result, "web", "command") == R"(["/bin/entry", "--fast", "/bin/web", "--port", "80"])");
  REQUIRE(setting(result, "web", "env") == R"({ A = "b", N = "5" })");
  REQUIRE(setting(result, "web", "requires") ==
          R"([{ service = "db", until = "healthy" }, { service = "job", until = "completed" }])");
  REQUIRE(setting(result, "web", "restart") == R"({ when = "on-failure", max = 3, within = "366d" })");
  REQUIRE(setting(result, "web", "stop") == R"({ signal = "QUIT", timeout = "1m30s", to = "main" })");
  REQUIRE(setting(result, "web", "limits") == R"({ nofile = "10:20", nproc = 5 })");
  REQUIRE(setting(result, "web", "resources") == R"({ cpu-max = "150%", memory-max = "512MiB" })");
  REQUIRE(setting(result, "db", "health.exec") == R"(["/bin/sh", "-c", "db-ready -q"])");
  REQUIRE(setting(result, "job", "restart") == R"("never")");
  REQUIRE(result.find("service", "redis") == nullptr);
  REQUIRE(note_about(result, "redis.command").weight == Weight::essential);
  REQUIRE(essential_losses(result) == 1);
  REQUIRE(note_about(result, "web.ports").fate == Fate::not_mapped);
}

TEST_CASE("secrets of compose are credentials, and what is watched is watched", "[import]") {
  ImportFolder folder;
  Imported result = import_files(Format::compose, {folder.write("compose.yml", R"(
services:
  web:
    command: /bin/web
    secrets: [db, {source: key, target: /run/secrets/web.key}]
    develop:
      watch:
        - {path: /srv/src, action: restart, ignore: [build/, "**/*.tmp"], include: "*.py"}
        - {path: /srv/lib, action: sync+restart, target: /lib, include: "*.py"}
        - {path: /srv/image, action: rebuild}
  named:
    command: /bin/web
    environment: {PASSWORD_FILE: /run/secrets/db}
    secrets: [db]
  kept: {command: /bin/web, secrets: [far, none], configs: [{source: conf, target: /etc/web.conf}]}
secrets: {db: {file: /srv/db.txt}, key: {file: "${NO_SUCH_VARIABLE-/srv/key}"}, far: {external: true}}
configs: {conf: {file: /srv/web.conf}}
)")});
  REQUIRE(problems(result).empty());
  REQUIRE(setting(result, "web", "credentials") == R"({ db = "/srv/db.txt", "web.key" = "/srv/key" })");
  REQUIRE(note_about(result, "web.secrets").weight == Weight::minor);
  REQUIRE(note_about(result, "named.secrets").weight == Weight::essential);
  REQUIRE(note_about(result, "kept.secrets").text.find("far is kept by the container engine") != std::string::npos);
  REQUIRE(note_about(result, "kept.secrets").text.find("none is not defined") != std::string::npos);
  REQUIRE(note_about(result, "kept.configs").text.find("/etc/web.conf is /srv/web.conf") != std::string::npos);
  REQUIRE(setting(result, "web", "watch") ==
          R"({ paths = ["/srv/src", "/srv/lib"], include = ["*.py"], )"
          R"(exclude = [".*", "*~", "node_modules", "__pycache__", "build", "*.tmp"] })");
  REQUIRE(note_about(result, "web.develop").text == "it is mapped to watch, but not: rebuild (no image is built)");
}

TEST_CASE("resources, logs and hooks of compose", "[import]") {
  ImportFolder folder;
  Imported result = import_files(Format::compose, {folder.write("compose.yml", R"(
services:
  a:
    command: /bin/a
    mem_limit: 512m
    memswap_limit: 1g
    cpu_quota: 50000
    cpu_shares: 512
    blkio_config: {weight: 500, device_read_bps: [{path: /dev/sda, rate: 12mb}], device_write_iops: [{path: /dev/sda, rate: 30}]}
    security_opt: ["no-new-privileges:true"]
    post_start: [{command: [/bin/warm, up]}]
    logging: {driver: json-file, options: {max-size: 10m, max-file: "3", compress: "true", labels: x}}
    scale: 0
    privileged: false
  b:
    command: /bin/b
    depends_on: {a: {condition: service_started, restart: true}, c: {condition: service_started, restart: true}}
    logging: {driver: syslog, options: {tag: b}}
    deploy:
      replicas: 2
      resources: {limits: {cpus: "0.5", memory: 50M, pids: 7}, reservations: {memory: 20M, cpus: "0.1"}}
      restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3, window: 120s}
  c: {command: /bin/c}
)")});
  INFO(problems(result));
  REQUIRE(problems(result).empty());
  REQUIRE(setting(result, "a", "resources") ==
          R"({ memory-max = "512MiB", memory-swap-max = "512MiB", cpu-max = "50%", cpu-weight = 50, io-weight = 4950, )"
          R"(io-max = [{ device = "/dev/sda", rbps = "12MiB", wiops = 30 }] })");
  REQUIRE(setting(result, "a", "no-new-privileges") == "true");
  REQUIRE(setting(result, "a", "post-start") == R"([{ command = ["/bin/warm", "up"] }])");
  REQUIRE(setting(result, "a", "log") == R"({ rotate = { max-size = "10MiB", keep = 2, compress = "gzip" } })");
  REQUIRE(note_about(result, "a.logging").text == "it is mapped to log; not mapped: labels");
  REQUIRE(setting(result, "a", "enabled") == "false");
  REQUIRE(note_about(result, "a.privileged").fate == Fate::same);
  REQUIRE(setting(result, "b", "restart-with") == R"(["a", "c"])");
  REQUIRE(setting(result, "b", "log") == R"({ to = "syslog", syslog = { tag = "b" } })");
  REQUIRE(setting(result, "b", "instances") == "2");
  REQUIRE(setting(result, "b", "resources") ==
          R"({ cpu-max = "50%", memory-max = "50MiB", pids-max = 7, memory-low = "20MiB" })");
  REQUIRE(setting(result, "b", "restart") ==
          R"({ when = "on-failure", delay = "5s", max-delay = "5s", within = "366d", max = 3 })");
  REQUIRE(
      note_about(result, "b.deploy").text ==
      "it is mapped to instances, resources.cpu-max, resources.memory-max, resources.pids-max, resources.memory-low, "
      "restart; not mapped: resources.reservations.cpus restart_policy.window");
}

TEST_CASE("scripts of runit in the place of a signal, and jobs with an input", "[import]") {
  ImportFolder folder;
  folder.script("sv/web/run");
  folder.script("sv/web/control/t");
  folder.script("sv/web/control/h");
  folder.script("sv/web/control/x");
  folder.write("sv/web/control/d", "no script\n");
  Imported result = import_files(Format::runit, {folder.path("sv")});
  REQUIRE(setting(result, "web", "stop") ==
          "[{ command = [\"" + folder.path("sv/web/control/t") + R"("] }, { signal = "TERM", to = "main" }])");
  REQUIRE(setting(result, "web", "reload.command") == "[\"" + folder.path("sv/web/control/h") + "\"]");
  REQUIRE(note_about(result, "control/x").fate == Fate::not_mapped);
  REQUIRE(note_about(result, "control/d").fate == Fate::same);
  Imported jobs = import_files(Format::crontab, {folder.write("crontab", "@reboot date +\\%F\n@reboot cat%input\n")});
  REQUIRE(setting(jobs, "reboot-1", "command") == R"(["/bin/sh", "-c", "date +%F"])");
  REQUIRE(essential_losses(jobs) == 1);
}

TEST_CASE("what is written has what was lost beside it", "[import]") {
  ImportFolder folder;
  const Imported result = import_files(Format::procfile, {folder.write("Procfile", "web: true\n")});
  REQUIRE(file_text(result, result.definitions.front()).find("by ctl import.\n[service.web]\ncommand = [\"true\"]\n") !=
          std::string::npos);
}
