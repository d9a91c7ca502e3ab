// What must hold between services: the names exist, and the relations do not contradict each other.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "spec/check.hpp"
#include "spec/relations.hpp"

namespace sup {

class RelationChecker {
 public:
  RelationChecker(const SpecSet& set, std::function<void(SpecProblem)> add) : set_(set), add_(std::move(add)) {}

  // The names that one service says, and those that supervisord itself says.
  void check_names(std::size_t service);
  void check_daemon();
  void check_own_log();
  void check_group(std::size_t group);
  // What holds between all of them.
  void check_all();

 private:
  // One reason why something is waited for, and where it was written. The nodes are the starts of the services and,
  // behind them, their completions. Without a word: a service completes after its own start.
  struct Edge {
    std::size_t to = 0;
    SpecPlace place;
    std::string_view word;
  };
  struct Step {
    std::size_t node;
    std::size_t next_edge = 0;
  };
  enum class Visit : unsigned char { never, on_path, done };

  [[nodiscard]] const ServiceSpec& spec(std::size_t i) const { return set_.services[i].spec; }
  [[nodiscard]] const std::string& name(std::size_t i) const { return set_.services[i].name; }
  void contradiction(SpecPlace place, std::string message, std::string hint = {},
                     std::vector<SpecRelated> related = {});
  [[nodiscard]] std::size_t service_of(std::size_t node) const { return node % set_.services.size(); }
  [[nodiscard]] std::size_t completion_of(std::size_t service) const { return set_.services.size() + service; }
  [[nodiscard]] std::optional<std::size_t> find(std::string_view wanted) const;
  [[nodiscard]] std::string suggestion(std::string_view wanted);
  void check_startable(SpecPlace place, std::string_view wanted, std::string_view object);
  void check_process_of(SpecPlace place, std::string_view wanted, std::string_view lacks);
  bool check_name(SpecPlace place, std::string_view wanted, std::string_view object);
  void check_needs(std::size_t i);
  void check_parent(std::size_t i);
  void check_restart_with(std::size_t i);
  void check_until(std::size_t i, const Relation& relation);

  void add_edges(std::size_t i);
  void check_cycles();
  void walk(std::size_t root);
  void report_cycle(const std::vector<Step>& path, std::size_t first);
  [[nodiscard]] std::string written(const Edge& edge, std::size_t from) const;

  void check_conflicts();
  [[nodiscard]] std::vector<char> pulling(std::size_t service) const;
  void check_conflict(std::size_t i, std::size_t other, std::size_t element);

  const SpecSet& set_;
  std::function<void(SpecProblem)> add_;
  int suggestions_ = 0;
  std::vector<std::vector<Edge>> edges_;             // By node: what it comes after.
  std::vector<std::vector<std::size_t>> needed_by_;  // By service: who cannot be up without it.
  std::vector<Visit> visited_;
  std::vector<bool> in_cycle_;  // By service.
};

}  // namespace sup
