// The graph as a tree of text.
#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

#include "ctl/graph.hpp"
#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"

namespace sup::ctl {
namespace {

using wire::GraphRelation;
using wire::GraphReply;
using wire::GraphService;

// What is expanded beneath a service: what it starts with it. Order and conflicts are told and no more.
bool is_need(const GraphRelation& relation) {
  return relation.kind == "parent" || relation.kind == "requires" || relation.kind == "binds-to" ||
         relation.kind == "wants";
}

class TreeText {
 public:
  TreeText(const GraphReply& graph, Paint paint) : paint_(paint) {
    for (const GraphService& service : graph.services) services_[service.name] = &service;
    for (const GraphRelation& relation : graph.relations) {
      relations_[relation.from].push_back(&relation);
      if (is_need(relation)) is_needed_.insert(relation.to);
    }
  }

  // By hand, since a chain of services may be longer than the stack is deep. Who was told beneath another and has
  // nothing beneath it is not told again.
  void add_root(const GraphService& root) {
    if (mentioned_.contains(root.name) && relations_[root.name].empty()) return;
    text_ += label(root.name) + "\n";
    if (!told_.insert(root.name).second) return;
    std::vector<Step> path{{&relations_[root.name], 0, ""}};
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next == step.relations->size()) {
        path.pop_back();
        continue;
      }
      const GraphRelation& relation = *(*step.relations)[step.next++];
      const bool is_last = step.next == step.relations->size();
      const std::string indent = step.indent + (is_last ? "   " : "│  ");
      if (add(relation, step.indent + (is_last ? "└─ " : "├─ "))) path.push_back({&relations_[relation.to], 0, indent});
    }
  }

  [[nodiscard]] bool is_needed(const std::string& service) const { return is_needed_.contains(service); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  struct Step {
    const std::vector<const GraphRelation*>* relations;
    std::size_t next;
    std::string indent;
  };

  // Whether what is beneath it comes next.
  bool add(const GraphRelation& relation, const std::string& branch) {
    mentioned_.insert(relation.to);
    const std::string until = relation.until ? fmt::format(", until {}", *relation.until) : "";
    const bool is_expanded = is_need(relation) && told_.insert(relation.to).second;
    const bool has_more = is_need(relation) && !is_expanded && !relations_[relation.to].empty();
    text_ += fmt::format("{}{}  {}{}\n", branch, label(relation.to),
                         styled(relation.kind + until, Style::faint, paint_), has_more ? " ..." : "");
    return is_expanded;
  }

  std::string label(const std::string& name) const {
    const auto found = services_.find(name);
    if (found == services_.end()) return visible(name);
    const GraphService& service = *found->second;
    const std::string state = service.state
                                  ? styled(*service.state, style_of_status(service.status.value_or("")), paint_)
                                  : (service.enabled ? "enabled" : styled("not enabled", Style::faint, paint_));
    const std::string several =
        service.state && service.instances != 1 ? fmt::format(", {} of {} up", service.up, service.instances) : "";
    return fmt::format("{} ({}{})", styled(visible(name), Style::title, paint_), state, several);
  }

  Paint paint_;
  std::map<std::string_view, const GraphService*> services_;
  std::map<std::string_view, std::vector<const GraphRelation*>> relations_;
  std::set<std::string_view> is_needed_;
  std::set<std::string_view> told_;       // With what is beneath them.
  std::set<std::string_view> mentioned_;  // Beneath another.
  std::string text_;
};

}  // namespace

std::string render_graph(const GraphReply& graph, Paint paint) {
  TreeText tree(graph, paint);
  for (const GraphService& service : graph.services)
    if (!tree.is_needed(service.name)) tree.add_root(service);
  return tree.take();
}

}  // namespace sup::ctl
