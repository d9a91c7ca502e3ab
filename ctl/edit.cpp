// `ctl edit`: a drop-in in an editor, checked before it is saved.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/text.hpp"
#include "config/given.hpp"
#include "config/shape.hpp"
#include "ctl/definitions.hpp"
#include "ctl/offline.hpp"
#include "ctl/verbs.hpp"
#include "sys/durable_file.hpp"
#include "sys/env.hpp"
#include "sys/file.hpp"

namespace sup::ctl {
namespace {

constexpr std::string_view kFileName = "override.toml";
constexpr const char* kAnyEditor = "vi";

// A folder of our own for the text while it is edited.
class Draft {
 public:
  static OrFailure<Draft> create(std::string_view text) {
    std::string folder = (std::filesystem::temp_directory_path() / "ctl-edit-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr)
      return failure(ExitCode::failed, fmt::format("cannot make {}: {}", folder, errno_text(errno)));
    Draft draft(folder);
    if (const auto written = sys::replace_file(draft.path(), text, 0600); !written)
      return failure(ExitCode::failed, written.error().what);
    return draft;
  }
  Draft(Draft&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
  Draft& operator=(Draft&&) = delete;
  ~Draft() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::string path() const { return fmt::format("{}/{}", folder_, kFileName); }
  // It stays when ctl ends.
  std::string keep() {
    const std::string kept = path();
    folder_.clear();
    return kept;
  }

 private:
  explicit Draft(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

// The editor may be a command with arguments, as every program reads these variables.
OrFailure<> run_editor(const std::string& path) {
  std::string editor;
  for (const char* name : {"VISUAL", "EDITOR"})
    if (const auto value = sys::environment_variable(name); editor.empty() && value) editor = *value;
  if (editor.empty()) editor = kAnyEditor;
  std::string script = editor + " \"$1\"", shell = "sh", flag = "-c", self = "ctl", file = path;
  char* const argv[] = {shell.data(), flag.data(), script.data(), self.data(), file.data(), nullptr};
  pid_t pid = 0;
  if (const int error = ::posix_spawn(&pid, "/bin/sh", nullptr, nullptr, argv, environ); error != 0)
    return failure(ExitCode::failed, fmt::format("cannot run {}: {}", printable(editor, 80), errno_text(error)));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return failure(ExitCode::failed, fmt::format("the editor '{}' failed: nothing is changed", printable(editor, 80)));
}

// What there is, or a beginning with the settings as they are.
OrFailure<std::string> text_to_edit(const SpecSet& set, const NamedService& service, const std::string& path) {
  auto there = sys::read_file(path, kMaxConfigFileBytes);
  if (there) return *std::move(there);
  if (there.error().code != Errc::not_found) return failure(ExitCode::failed, there.error().what);
  const std::string kind = service.external.is_written() ? "external" : "service";
  std::string out = fmt::format(
      "# A drop-in of {0}: what is said here wins over {1}.\n# Tables are merged key by key, all else is replaced.\n"
      "[{2}.{3}]\n\n# As it is now:\n",
      service.name, printable(set.files[service.file]), kind, toml_key(service.name));
  std::string now = to_toml(service, Detail::changed, Secrets::masked);
  now.erase(0, now.find('\n') + 1);
  while (!now.empty()) {
    const std::size_t end = now.find('\n');
    out += "#" + now.substr(0, end) + "\n";
    now.erase(0, end == now.npos ? now.size() : end + 1);
  }
  return out;
}

bool wants_another_try(Context& context) {
  if (::isatty(STDIN_FILENO) == 0 || !context.err.is_terminal()) return false;
  context.err.write("ctl: edit it again? [Y/n] ");
  context.err.flush();
  std::string answer;
  char c = 0;
  while (::read(STDIN_FILENO, &c, 1) == 1 && c != '\n') answer += c;
  return c == '\n' && (answer.empty() || answer[0] == 'y' || answer[0] == 'Y');
}

// Until it is good, or given up. Nothing: nothing was changed.
OrFailure<std::optional<std::string>> edit_until_good(Context& context, std::span<const std::string> config,
                                                      const std::string& before, const std::string& path) {
  auto draft = Draft::create(before);
  if (!draft) return std::unexpected(std::move(draft).error());
  while (true) {
    if (auto edited = run_editor(draft->path()); !edited) return std::unexpected(std::move(edited).error());
    auto text = sys::read_file(draft->path(), kMaxConfigFileBytes);
    if (!text) return failure(ExitCode::failed, text.error().what);
    if (*text == before) return std::nullopt;
    const Loaded loaded = load_with(config, {path, *text, ConfigKind::drop_in});
    print_diagnostics(context, loaded);
    if (!loaded.has_errors) return *std::move(text);
    if (!wants_another_try(context))
      return failure(ExitCode::failed,
                     fmt::format("with it the configuration has errors: nothing is saved; it is in {}", draft->keep()));
  }
}

OrFailure<> save(const std::string& path, const std::string& text) {
  if (const auto made = sys::ensure_dir(path.substr(0, path.rfind('/')), 0755); !made)
    return failure(ExitCode::failed, made.error().what);
  constexpr mode_t kNew = 0644;  // One that is there keeps its own.
  const bool is_there = ::access(path.c_str(), F_OK) == 0;
  if (const auto saved = is_there ? sys::rewrite_file(path, text) : sys::replace_file(path, text, kNew); !saved)
    return failure(ExitCode::failed, saved.error().what);
  return {};
}

const NamedService* find(const SpecSet& set, std::string_view name) {
  for (const NamedService& service : set.services)
    if (service.name == name) return &service;
  return nullptr;
}

}  // namespace

int run_edit(Context& context) {
  const std::vector<std::string> config = config_in_use(context);
  const Loaded loaded = load(config, {.system = SystemChecks::off});
  const std::string name(context.call.arguments.text("name"));
  const NamedService* service = find(loaded.set, name);
  if (service == nullptr) {
    print_diagnostics(context, loaded);
    return report(context, no_such_service(loaded.set, name));
  }
  const std::string& file = loaded.set.files[service->file];
  if (file == kTomlName)
    return report(context, Failure{ExitCode::failed,
                                   fmt::format("{} is defined in {}, beside which there is no file", name, kTomlName)});
  const std::size_t slash = file.rfind('/');
  const std::string path =
      fmt::format("{}{}.d/{}", file.substr(0, slash == file.npos ? 0 : slash + 1), name, kFileName);
  const auto before = text_to_edit(loaded.set, *service, path);
  if (!before) return report(context, before.error());
  const auto text = edit_until_good(context, config, *before, path);
  if (!text) return report(context, text.error());
  if (!*text) {
    note(context, "nothing was changed");
    return code_of(ExitCode::done);
  }
  if (const auto saved = save(path, **text); !saved) return report(context, saved.error());
  note(context, fmt::format("{} saved; `ctl apply` puts it in force", path));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
