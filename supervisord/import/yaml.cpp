#include "import/yaml.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <map>

namespace sup::imports {

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, node] : map)
    if (name == key) return &node;
  return nullptr;
}

std::string YamlNode::brief() const {
  if (kind == YamlKind::scalar) return text;
  return kind == YamlKind::list ? fmt::format("[{}]", list.size()) : fmt::format("{{{}}}", map.size());
}

namespace {

using Node = std::expected<YamlNode, YamlFault>;

std::unexpected<YamlFault> fault(std::size_t line, std::string text) {
  return std::unexpected(YamlFault{static_cast<std::uint32_t>(line + 1), std::move(text)});
}

std::size_t size_of(const YamlNode& node) {
  std::size_t size = 1;
  for (const YamlNode& element : node.list) size += size_of(element);
  for (const auto& [key, value] : node.map) size += 1 + size_of(value);
  return size;
}

std::string text_of(const yaml_char_t* text) { return text == nullptr ? "" : reinterpret_cast<const char*>(text); }

// One event of libyaml, and its end.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }
  bool read(yaml_parser_t& parser) {
    yaml_event_delete(&event_);
    return yaml_parser_parse(&parser, &event_) != 0;
  }
  [[nodiscard]] const yaml_event_t& get() const { return event_; }
  [[nodiscard]] std::size_t line() const { return event_.start_mark.line; }

 private:
  yaml_event_t event_ = {};
};

class YamlReader {
 public:
  explicit YamlReader(std::string_view text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;
  ~YamlReader() { yaml_parser_delete(&parser_); }

  Node document() {
    YamlNode root;
    for (bool is_done = false;;) {
      Event event;
      if (!event.read(parser_)) return broken();
      const yaml_event_type_t type = event.get().type;
      if (type == YAML_STREAM_END_EVENT) return root;
      if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_END_EVENT || type == YAML_DOCUMENT_START_EVENT)
        continue;
      if (is_done) return fault(event.line(), "there is a second document");
      Node node = read(event, 0);
      if (!node) return node;
      root = *std::move(node);
      is_done = true;
    }
  }

 private:
  std::unexpected<YamlFault> broken() {
    return fault(parser_.problem_mark.line, parser_.problem == nullptr ? "it cannot be read" : parser_.problem);
  }

  Node read(const Event& event, std::size_t depth) {
    const yaml_event_t& e = event.get();
    if (depth > kMaxYamlDepth) return fault(event.line(), "it is nested too deeply");
    if (++nodes_ > kMaxYamlNodes) return fault(event.line(), fmt::format("it has more than {} values", kMaxYamlNodes));
    YamlNode node;
    node.line = static_cast<std::uint32_t>(event.line() + 1);
    if (e.type == YAML_ALIAS_EVENT) return alias(text_of(e.data.alias.anchor), event.line());
    if (e.type == YAML_SCALAR_EVENT) {
      node.text.assign(reinterpret_cast<const char*>(e.data.scalar.value), e.data.scalar.length);
      node.is_quoted = e.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
      if (node.text.find('\0') != std::string::npos) return fault(event.line(), "it has a NUL");
      return kept(text_of(e.data.scalar.anchor), std::move(node));
    }
    if (e.type == YAML_SEQUENCE_START_EVENT) return list(text_of(e.data.sequence_start.anchor), std::move(node), depth);
    if (e.type == YAML_MAPPING_START_EVENT) return map(text_of(e.data.mapping_start.anchor), std::move(node), depth);
    return fault(event.line(), "this is not understood");
  }

  Node list(const std::string& anchor, YamlNode node, std::size_t depth) {
    node.kind = YamlKind::list;
    for (;;) {
      Event event;
      if (!event.read(parser_)) return broken();
      if (event.get().type == YAML_SEQUENCE_END_EVENT) return kept(anchor, std::move(node));
      Node element = read(event, depth + 1);
      if (!element) return element;
      node.list.push_back(*std::move(element));
    }
  }

  Node map(const std::string& anchor, YamlNode node, std::size_t depth) {
    node.kind = YamlKind::map;
    std::vector<YamlNode> merged;
    for (;;) {
      Event event;
      if (!event.read(parser_)) return broken();
      if (event.get().type == YAML_MAPPING_END_EVENT) break;
      Node key = read(event, depth + 1);
      if (!key) return key;
      if (key->kind != YamlKind::scalar) return fault(event.line(), "a key has to be a text");
      if (!event.read(parser_)) return broken();
      Node value = read(event, depth + 1);
      if (!value) return value;
      if (key->text == "<<" && !key->is_quoted)
        merged.push_back(*std::move(value));
      else if (node.map.size() == kMaxYamlKeys)
        return fault(key->line - 1, fmt::format("it has more than {} keys", kMaxYamlKeys));
      else if (node.find(key->text) != nullptr)
        return fault(key->line - 1, fmt::format("'{}' is there twice", key->text));
      else
        node.map.push_back({key->text, *std::move(value)});
    }
    for (const YamlNode& other : merged) merge(node, other);
    return kept(anchor, std::move(node));
  }

  static void merge(YamlNode& node, const YamlNode& other) {
    for (const YamlNode& element : other.list) merge(node, element);
    for (const auto& [key, value] : other.map)
      if (node.find(key) == nullptr) node.map.push_back({key, value});
  }

  Node kept(const std::string& anchor, YamlNode node) {
    if (!anchor.empty()) anchors_[anchor] = node;
    return node;
  }

  // A copy, and counted as such: aliases of aliases grow without bound.
  Node alias(const std::string& anchor, std::size_t line) {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return fault(line, fmt::format("there is no anchor '{}'", anchor));
    nodes_ += size_of(found->second);
    if (nodes_ > kMaxYamlNodes) return fault(line, fmt::format("it has more than {} values", kMaxYamlNodes));
    return found->second;
  }

  yaml_parser_t parser_ = {};
  std::size_t nodes_ = 0;
  std::map<std::string, YamlNode> anchors_;
};

}  // namespace

std::expected<YamlNode, YamlFault> parse_yaml(std::string_view text) { return YamlReader(text).document(); }

}  // namespace sup::imports
