#include "config/shape.hpp"

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/cpu_list.hpp"
#include "config/load.hpp"
#include "spec/daemon_fields.hpp"
#include "spec/service_fields.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

// Random settings that their rows allow, one overload for each type of setting.
class RandomSpec {
 public:
  explicit RandomSpec(unsigned seed) : random_(seed) {}

  template <SettingTable Spec>
  Spec make(NoCheck = {}) {
    Spec out{};
    for_each_field<Spec>([&](const auto& row) {
      if (chance()) fill(out.*row.member, row.check);
    });
    return out;
  }

 private:
  bool chance() { return random_() % 2 == 0; }
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  std::string text() {
    static const std::vector<std::string> kPieces = {"a",    "Z", "0",  " ", "\"", "'", "\\", "\n", "\t", "\x01",
                                                     "\x7f", "ä", "😀", "%", "$",  "#", "=",  "{",  "]",  "\r"};
    std::string out;
    for (std::uint32_t left = below(8); left > 0; --left) out += kPieces[random_() % kPieces.size()];
    return out;
  }

  void fill(bool& out, NoCheck) { out = chance(); }
  template <std::integral T>
  void fill(T& out, NoCheck) {
    out = static_cast<T>(random_());
  }
  template <std::integral T>
  void fill(T& out, Range range) {
    out = static_cast<T>(range.min +
                         static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(range.max - range.min + 1)));
  }
  void fill(double& out, Range range) {
    out =
        std::uniform_real_distribution<double>(static_cast<double>(range.min), static_cast<double>(range.max))(random_);
  }
  void fill(Duration& out, Range range) {
    std::int64_t count = 0;
    fill(count, range);
    out = Duration{chance() ? std::max(range.min, count / kSecond * kSecond) : count};
  }
  void fill(std::string& out, NoCheck) { out = text(); }
  void fill(std::string& out, NotEmpty) { out = "x" + text(); }
  void fill(std::string& out, AbsolutePath) { out = "/" + text(); }
  void fill(std::string& out, EndpointText) {
    constexpr const char* kHosts[] = {"127.0.0.1", "[::1]", "localhost", "", "[fe80::1]"};
    out = kHosts[below(5)] + (":" + std::to_string(1 + below(65'535)));
  }
  void fill(std::string& out, RegexText) {
    constexpr const char* kExpressions[] = {"ready", "^listening on \\S+:\\d+$", "(?i)[äö]|'x'"};
    out = kExpressions[below(3)];
  }
  void fill(std::string& out, HttpUrlText) {
    constexpr const char* kUrls[] = {"http://127.0.0.1/", "http://[::1]:8080/health?x=1", "http://localhost"};
    out = kUrls[below(3)];
  }
  void fill(HttpStatuses& out, NoCheck) {
    out.spans.clear();
    for (auto left = static_cast<int>(1 + below(3)); left > 0; --left) {
      const auto status = static_cast<std::uint16_t>(100 + below(500));
      const auto first = static_cast<std::uint16_t>(status / 100 * 100);
      out.spans.push_back(chance() ? HttpStatuses::Span{status, status}
                                   : HttpStatuses::Span{first, static_cast<std::uint16_t>(first + 99)});
    }
  }
  template <NamedEnum E>
  void fill(E& out, NoCheck) {
    out = kEnumNames<E>[random_() % kEnumNames<E>.size()].value;
  }
  template <SettingTable Spec>
  void fill(Spec& out, NoCheck) {
    out = make<Spec>();
  }
  template <class T>
  void fill(std::vector<T>& out, Unique) {
    out.clear();
    for (std::uint32_t i = below(4); i > 0; --i) {
      T element{};
      if constexpr (std::is_same_v<T, EnvFile>)
        element = {"/" + std::to_string(i) + text(), chance()};
      else if constexpr (std::is_same_v<T, Dependency>)
        element = {std::to_string(i) + text(), kEnumNames<Until>[below(kEnumNames<Until>.size())].value};
      else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
        element = static_cast<T>(i);
      else
        element = std::to_string(i) + text();
      out.push_back(std::move(element));
    }
  }
  template <class T, class Check>
  void fill(std::optional<T>& out, Check check) {
    fill(out.emplace(), check);
  }
  template <class T, class Check>
  void fill(Rare<T>& out, Check check) {
    fill(out.edit(), check);
  }
  void fill(InstanceCount& out, NoCheck) {
    constexpr InstanceCount::By kWays[] = {InstanceCount::By::number, InstanceCount::By::cpus,
                                           InstanceCount::By::variable};
    out.by = kWays[below(3)];
    if (out.by == InstanceCount::By::number) out.number = 1 + below(kMaxInstances);
    if (out.by != InstanceCount::By::variable) return;
    out.variable = chance() ? "NO_SUCH_VARIABLE" : "_x1";
    out.number = chance() ? 0 : 1 + below(kMaxInstances);
  }
  void fill(Command& out, NoCheck) {
    for (std::uint32_t left = 1 + below(3); left > 0; --left) out.argv.push_back(text());
  }
  void fill(std::vector<Hook>& out, NoCheck) {
    for (std::uint32_t left = below(3); left > 0; --left) {
      out.emplace_back();
      fill(out.back().command, NoCheck{});
      if (chance()) fill(out.back().timeout, Range{1, kYear});
    }
  }
  void fill(Umask& out, NoCheck) { out.bits = below(01000); }
  void fill(Environment& out, NoCheck) {
    for (std::uint32_t i = 1, last = below(4); i <= last; ++i)  // Sorted, as they are read.
      out.variables.emplace_back("V" + std::to_string(i) + (chance() ? "ä b.c" : ""), text());
  }
  void fill(NamedFiles& out, NoCheck) {
    for (std::uint32_t i = 1, last = below(3); i <= last; ++i)
      out.files.emplace_back("v-" + std::to_string(i) + ".x", "/" + text());
  }
  void fill(EnvInherit& out, NoCheck) {
    out.all = chance();
    if (!out.all && chance()) out.names = {"PATH", "x" + std::to_string(below(9))};
  }
  void fill(MemoryAmount& out, NoCheck) {
    if (chance())
      out.percent = static_cast<std::uint8_t>(1 + below(100));
    else
      out.bytes = chance() ? MemoryAmount::kUnlimited : below(1 << 30);
  }
  void fill(CpuMax& out, NoCheck) {
    if (chance()) out.percent = static_cast<std::uint32_t>(1 + below(800));
  }
  void fill(ByteRate& out, NoCheck) { out.bytes = 1 + below(1 << 30); }
  void fill(std::vector<IoMaxSpec>& out, NoCheck) {
    while (out.size() < 2 && chance()) out.push_back(make<IoMaxSpec>());
  }
  void fill(MaxRestarts& out, Range range) {
    if (chance()) fill(out.count.emplace(), range);
  }
  void fill(OnGiveUp& out, NoCheck check) {
    fill(out.action, check);
    if (out.action == GiveUpAction::start) out.start = "x" + text();
  }
  // Durations are at most a hundred years.
  template <LimitUnit Unit>
  void fill(LimitIn<Unit>& out, NoCheck) {
    constexpr bool is_time = Unit == LimitUnit::seconds || Unit == LimitUnit::microseconds;
    out.hard = chance() ? Limit::kUnlimited : is_time ? below(1'000'000'000) : random_() >> below(64);
    out.soft = chance() ? out.hard : out.hard / (1 + below(9));
    if (is_time && out.hard == Limit::kUnlimited && out.soft != out.hard) out.soft = below(1'000'000);
  }
  void fill(Limit& out, Range range) {
    fill(out.hard, range);
    out.soft = out.hard / (1 + below(3));
    if (chance()) out.hard = Limit::kUnlimited;
  }
  void fill(SchedSpec& out, NoCheck check) {
    fill(out.policy, check);
    if (is_realtime(out.policy)) fill(out.priority, Range{1, 99});
  }
  void fill(IoPriority& out, NoCheck check) {
    fill(out.io_class, check);
    if (out.io_class != IoClass::idle) fill(out.level, Range{0, 7});
  }
  void fill(CpuAffinity& out, NoCheck) {
    for (std::uint32_t left = below(20); left > 0; --left) out.cpus.push_back(static_cast<std::uint16_t>(below(30)));
    normalise_cpus(out.cpus);
  }
  void fill(CapabilitySet& out, NoCheck) {
    out.bits = chance() ? random_() & ((std::uint64_t{2} << kLastCapability) - 1) : CapabilitySet::kAll * below(2);
  }
  void fill(GroupsSpec& out, NoCheck) {
    out.replaces = chance();
    for (std::uint32_t i = below(3); i > 0; --i) out.names.push_back(text() + std::to_string(i));
  }
  void fill(StdinSpec& out, NoCheck) { out.file = chance() ? "/" + text() : ""; }
  void fill(LogTemplate& out, NoCheck) {
    out.text = chance() ? "{time} {{" + std::to_string(below(9)) + "}} {line}" : "";
  }
  void fill(std::string& out, SyslogAddressText) {
    constexpr std::string_view kForms[] = {"/run/log", "udp://127.0.0.1:514", "tcp://[::1]:601"};
    out = kForms[below(3)];
  }
  void fill(SizeLimit& out, Range range) {
    ByteSize size;
    fill(size, range);
    if (chance()) out.bytes = size.bytes;
  }
  void fill(TimeOfDay& out, NoCheck) { out.minutes = static_cast<std::uint16_t>(below(24 * 60)); }
  void fill(ByteSize& out, Range range) {
    out.bytes = static_cast<std::uint64_t>(range.min) + below(static_cast<std::uint32_t>(range.max - range.min));
  }
  void fill(std::string& out, TimeFormatText) {
    constexpr std::string_view kForms[] = {"iso", "unix", "tai64n", "%H:%M:%S%f"};
    out = kForms[below(4)];
  }
  void fill(LineLimit& out, NoCheck) {
    constexpr Duration kTimes[] = {std::chrono::seconds{1}, std::chrono::minutes{1}, std::chrono::hours{1}};
    out = {1 + below(5'000), kTimes[below(3)]};
  }
  void fill(Signal& out, NoCheck) { out.number = static_cast<int>(1 + below(64)); }
  void fill(StopSpec& out, NoCheck) {
    out.steps.clear();
    for (std::uint32_t left = 1 + below(3); left > 0; --left) out.steps.push_back(make<StopStep>());
  }
  void fill(StderrSpec& out, NoCheck) {
    out.mode = static_cast<StderrMode>(below(3));
    if (out.mode == StderrMode::own_log) out.log = make<LogSpec>();
  }

  std::mt19937_64 random_;
};

// What load_text() reads; findings of check_specs() (services that are not there) do not matter here.
const ServiceSpec& read_back(Loaded& loaded) {
  REQUIRE(loaded.set.services.size() == 1);
  return loaded.set.services[0].spec;
}

bool is_decoding_error(const Diagnostic& diagnostic) {
  static const std::vector<std::string> kOfChecks = {"there is no service",
                                                     "it finds its stored descriptors",
                                                     "nothing is stored without",
                                                     "nobody could store",
                                                     "fd-store-max",
                                                     "cannot name itself",
                                                     "with tty = true",
                                                     "the terminal of a forking service",
                                                     "max-delay",
                                                     "it has no effect",
                                                     "is no further destination",
                                                     "it goes to \"",
                                                     "both written to",
                                                     "the name of the program",
                                                     "is no tag",
                                                     "that could be restarted",
                                                     "has no command",
                                                     "only a forking service",
                                                     "post-start: a oneshot",
                                                     "pre-stop: a oneshot",
                                                     "ready: a oneshot",
                                                     "reload: a oneshot",
                                                     "a oneshot has ended by then",
                                                     "are both set",
                                                     "is external",
                                                     "nobody could say",
                                                     "either a signal or a command",
                                                     "is above memory-max",
                                                     "nothing can run in",
                                                     "is said about",
                                                     "the device is missing",
                                                     "two tables are for",
                                                     "only one can be asked",
                                                     "a oneshot is never running",
                                                     "nothing says how to ask",
                                                     "the url is missing",
                                                     "restart is in contradiction",
                                                     "a target has no process",
                                                     "is not set in the environment",
                                                     "all instances would write",
                                                     "is named before",
                                                     "nothing says what to watch",
                                                     "watch.paths: ",
                                                     "only a oneshot ends and is run again",
                                                     "nothing says how to reload it",
                                                     "with root-dir the service could not see"};
  return std::none_of(kOfChecks.begin(), kOfChecks.end(),
                      [&](const std::string& part) { return diagnostic.message.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("every service spec survives being written as TOML and read") {
  for (unsigned seed = 0; seed < 1'000; ++seed) {
    const auto spec = RandomSpec(seed).make<ServiceSpec>();
    for (const Detail detail : {Detail::changed, Detail::complete}) {
      const std::string text = to_toml("a.b", spec, detail);
      Loaded loaded = load_text(text, "f.toml");
      INFO("seed " << seed << "\n" << text << render_all(loaded));
      for (const Diagnostic& diagnostic : loaded.diagnostics) REQUIRE_FALSE(is_decoding_error(diagnostic));
      REQUIRE(read_back(loaded) == spec);
      REQUIRE(loaded.set.services[0].name == "a.b");
    }
  }
}

TEST_CASE("every daemon spec survives being written as TOML and read") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    const auto spec = RandomSpec(seed).make<DaemonSpec>();
    for (const Detail detail : {Detail::changed, Detail::complete}) {
      const std::string text = to_toml(spec, detail);
      const Loaded loaded = load_text(text, "f.toml");
      INFO("seed " << seed << "\n" << text << render_all(loaded));
      REQUIRE(loaded.set.daemon == spec);
    }
  }
}

TEST_CASE("short forms are used where they say everything") {
  ServiceSpec spec;
  spec.command.argv = {"nginx", "-g", "daemon off;"};
  spec.restart.when = RestartWhen::never;
  spec.stop.edit().steps[0].signal = Signal{3};
  spec.stop.edit().steps[0].wait = std::chrono::seconds{90};
  spec.env_file.edit() = {{"/a", false}, {"/b", true}};
  spec.log.to = LogTo::null;
  REQUIRE(to_toml("web", spec) ==
          "[service.web]\n"
          "command = [\"nginx\", \"-g\", \"daemon off;\"]\n"
          "env-file = [\"/a\", { path = \"/b\", optional = true }]\n"
          "restart = \"never\"\n"
          "stop = { signal = \"QUIT\", timeout = \"1m30s\" }\n"
          "log = \"null\"\n");
}

TEST_CASE("TOML covers secrets if asked to") {
  ServiceSpec spec;
  spec.env.variables = {{"PORT", "80"}, {"db_password", "hunter2"}};
  REQUIRE(to_toml("web", spec, Detail::changed, Secrets::masked) ==
          "[service.web]\nenv = { PORT = \"80\", db_password = \"********\" }\n");
}

TEST_CASE("JSON shows what was changed, or everything, and covers secrets") {
  ServiceSpec spec;
  spec.env.variables = {{"PORT", "80"}, {"db_password", "hunter2"}, {"API_KEY", "k"}};
  spec.restart.delay = std::chrono::seconds{5};
  REQUIRE(to_json(spec, Detail::changed).dump() ==
          R"({"env":{"PORT":"80","db_password":"********","API_KEY":"********"},"restart":{"delay":"5s"}})");
  REQUIRE(to_json(spec, Detail::changed, Secrets::shown)["env"]["db_password"] == "hunter2");
  const auto complete = to_json(spec);
  REQUIRE(complete["restart"]["max-delay"] == "30s");
  REQUIRE(complete["enabled"] == true);
  REQUIRE(complete["stop"]["timeout"] == "10s");
  REQUIRE(complete.dump().find("hunter2") == std::string::npos);
  REQUIRE(to_json(DaemonSpec{}, Detail::changed).dump() == "{}");
}

TEST_CASE("secrets are known by parts of their name") {
  for (const char* name : {"PASSWORD", "PGPASSFILE", "my_secret", "GH_TOKEN", "ApiKey", "AWS_CREDENTIALS"})
    REQUIRE(looks_secret(name));
  for (const char* name : {"PATH", "PORT", "USER", ""}) REQUIRE_FALSE(looks_secret(name));
}

TEST_CASE("a diff names each changed setting with its effect") {
  ServiceSpec before, after;
  before.command.argv = {"a"};
  after.command.argv = {"a", "b"};
  after.restart.delay = std::chrono::seconds{5};
  after.restart.when = RestartWhen::always;
  after.user.edit() = "www";
  before.env.variables = {{"TOKEN", "one"}};
  after.env.variables = {{"TOKEN", "two"}};
  const auto changes = diff(before, after);
  REQUIRE(changes.size() == 5);
  REQUIRE(changes[0].key == "command");
  REQUIRE(changes[0].old_value == "[\"a\"]");
  REQUIRE(changes[0].new_value == "[\"a\", \"b\"]");
  REQUIRE(changes[0].on_change == OnChange::restart);
  REQUIRE(changes[1].key == "user");
  REQUIRE(changes[1].old_value.empty());
  REQUIRE(changes[2].key == "env");
  REQUIRE(changes[2].new_value == "{ TOKEN = \"********\" }");
  REQUIRE(changes[3].key == "restart.when");
  REQUIRE(changes[4].key == "restart.delay");
  REQUIRE(changes[4].on_change == OnChange::live);
  REQUIRE(diff(after, after).empty());
}

TEST_CASE("a diff is empty exactly for equal specs") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    const auto a = RandomSpec(seed).make<ServiceSpec>(), b = RandomSpec(seed / 2).make<ServiceSpec>();
    REQUIRE(diff(a, b).empty() == (a == b));
  }
}
