// docker-compose.yml: its services, as far as a service without a container can be them.
#include <fmt/format.h>

#include "base/text.hpp"
#include "config/env_file.hpp"
#include "import/compose_draft.hpp"
#include "import/readers.hpp"
#include "import/words.hpp"
#include "sys/env.hpp"

namespace sup::imports {
namespace {

constexpr std::size_t kMaxInterpolated = 1 << 20;  // Of one file.

class ComposeImport {
 public:
  ComposeImport(const std::string& path, Imported& result) : path_(path), result_(result) {
    const auto variables = read_env_file(folder_of(path) + "/.env");
    if (variables) dot_env_ = *variables;
    if (!variables && variables.error().code != Errc::not_found)
      note({".env", "", {folder_of(path) + "/.env"}}, lost(variables.error().what));
  }

  void read(std::string_view text) {
    auto root = parse_yaml(text);
    if (!root) return result_.problem({path_, root.error().line}, root.error().text);
    const YamlNode* services = root->find("services");
    if (services == nullptr || services->kind != YamlKind::map) return result_.problem({path_}, "it has no services");
    for (const auto& [name, node] : root->map)
      if (name != "services") note_top_level(name, node);
    for (auto& [name, node] : root->map) {
      if (name == "secrets" || name == "configs") interpolate("", node);
      if (name != "services") continue;
      for (auto& [service, inner] : node.map) interpolate(service_name(service), inner);
    }
    const YamlNode& all = *services;
    for (const auto& [name, node] : all.map) {
      services_.insert(name);
      if (has_health_check(node)) checked_.insert(name);
    }
    for (const auto& [name, node] : all.map) add_service(*root, name, node);
  }

 private:
  void note(const Option& option, Verdict verdict, std::string_view service = "", std::string_view context = "") {
    result_.notes.push_back(note_of(service, context, option, std::move(verdict)));
  }

  void note_top_level(const std::string& name, const YamlNode& node) {
    const Option option{name, node.brief(), {path_, node.line}};
    if (name == "version") return note(option, same("compose does not look at it, either"));
    if (name.starts_with("x-")) return note(option, same("it is for anchors and other programs"));
    if (name == "include") return note(option, lost_essential("import the files that it names, too"));
    if (name == "name") return note(option, lost("there are no projects; see [group.NAME]"));
    if (name == "networks" || name == "volumes" || name == "secrets" || name == "configs" || name == "models")
      return note(option, lost("there are no containers; what services say of it is told there"));
    note(option, lost("this is not known"));
  }

  std::optional<std::string> variable(const std::string& name) const {
    if (auto value = sys::environment_variable(name)) return value;
    for (const auto& [key, value] : dot_env_.variables)
      if (key == name) return value;
    return std::nullopt;
  }

  void interpolate(const std::string& service, YamlNode& node) {
    if (node.kind == YamlKind::scalar && node.text.find('$') != std::string::npos)
      node.text = interpolated(service, node);
    for (YamlNode& element : node.list) interpolate(service, element);
    for (auto& [key, value] : node.map) interpolate(service, value);
  }

  // $X, ${X}, ${X:-default}, ${X-default}, ${X:+other}, ${X+other}, ${X:?error}, ${X?error}; $$ is a dollar.
  std::string interpolated(const std::string& service, const YamlNode& node) {
    std::string out;
    const std::string_view text = node.text;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '$' || i + 1 == text.size()) {
        out += text[i];
      } else if (text[i + 1] == '$') {
        out += text[++i];
      } else if (text[i + 1] == '{') {
        const std::size_t end = std::min(text.find('}', i), text.size());
        out += value_of(service, node, text.substr(i + 2, end - i - 2));
        i = end;
      } else {
        std::size_t end = i + 1;
        while (end < text.size() && is_variable_name(text.substr(i + 1, end - i))) ++end;
        if (end == i + 1) {
          out += '$';
          continue;
        }
        out += value_of(service, node, text.substr(i + 1, end - i - 1));
        i = end - 1;
      }
    }
    return out;
  }

  std::string value_of(const std::string& service, const YamlNode& node, std::string_view expression) {
    if (interpolated_ > kMaxInterpolated) return {};
    std::size_t end = 0;
    while (end < expression.size() && is_variable_name(expression.substr(0, end + 1))) ++end;
    const std::string name(expression.substr(0, end));
    std::string_view rest = expression.substr(end);
    const bool also_empty = rest.starts_with(':');
    if (also_empty) rest.remove_prefix(1);
    const char how = rest.empty() ? '\0' : rest.front();
    const std::string other(rest.empty() ? rest : rest.substr(1));
    const auto value = variable(name);
    const bool has_value = value && !(also_empty && value->empty());
    const Option option{fmt::format("${{{}}}", expression), "", {path_, node.line}};
    if (name.empty() || (how != '\0' && std::string_view("-+?").find(how) == std::string_view::npos)) {
      note(option, lost_essential("this is not understood"), service);
      return {};
    }
    if (how == '+') return has_value ? other : "";
    interpolated_ += has_value ? value->size() : other.size();
    if (interpolated_ > kMaxInterpolated) {
      result_.problem({path_, node.line}, "what variables stand for grows too long");
      return {};
    }
    if (has_value) {
      note(option, lost("the value that it has now is written: settings expand nothing"), service);
      return *value;
    }
    if (how == '-') {
      note(option, lost("its default is written: settings expand nothing"), service);
      return other;
    }
    note(option,
         how == '?' ? lost_essential("it has no value: " + other) : lost("it has no value, and stands for nothing"),
         service);
    return {};
  }

  void add_service(const YamlNode& root, const std::string& name, const YamlNode& node) {
    const std::string ours = service_name(name);
    if (node.kind != YamlKind::map)
      return result_.problem({path_, node.line}, fmt::format("service '{}' is no map", printable(name)));
    if (result_.find("service", ours) != nullptr)
      return result_.problem({path_, node.line}, fmt::format("two services would be called '{}'", ours));
    ComposeDraft draft{.root = &root,
                       .node = &node,
                       .folder = folder_of(path_),
                       .services = services_,
                       .with_health_check = checked_,
                       .settings = {},
                       .entrypoint = {},
                       .command = {}};
    std::vector<Option> options;
    for (const auto& [key, value] : node.map) options.push_back({key, value.brief(), {path_, value.line}});
    const auto is_private = [](const Option& option) { return option.name.starts_with("x-"); };
    for (const Option& option : options)
      if (is_private(option)) note(option, same("it is for other programs"), ours, name + ".");
    std::erase_if(options, is_private);
    apply<ComposeDraft>(compose_rows(), options, draft, ours, name + ".", result_.notes);
    std::vector<std::string> words = draft.entrypoint.value_or(std::vector<std::string>{});
    if (draft.command) words.insert(words.end(), draft.command->begin(), draft.command->end());
    if (words.empty()) {
      const Option option{"command", "", {path_, node.line}};
      return note(option, lost_essential("what it runs is in the image: write its command, or leave it to compose"),
                  ours, name + ".");
    }
    Definition definition{"service", ours, {path_, node.line}, {}};
    set(definition.settings, "command", words_value(words));
    for (const Entry& entry : draft.settings.entries) definition.settings.add(entry.key, entry.value);
    if (get(definition.settings, "restart") == nullptr) set(definition.settings, "restart", text_value("never"));
    set(definition.settings, "stop.to", text_value("main"));
    result_.definitions.push_back(std::move(definition));
  }

  const std::string& path_;
  Imported& result_;
  Environment dot_env_;
  std::size_t interpolated_ = 0;  // Bytes that variables stood for.
  std::set<std::string> services_, checked_;
};

}  // namespace

void import_compose(const std::vector<std::string>& paths, Sources& sources, Imported& result) {
  for (const std::string& path : paths)
    if (const auto text = sources.read(path)) ComposeImport(path, result).read(*text);
}

}  // namespace sup::imports
