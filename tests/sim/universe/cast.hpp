// Cast: who is in which slot, and as what: the truth, whatever a mutation has told the engine about their settings.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "sim/universe/moved.hpp"

namespace sup::sim {

class Cast {
 public:
  explicit Cast(const SpecSet& set);
  // Whose slots these are. Before any question.
  void watch(const Engine& engine) { engine_ = &engine; }
  // From now on this is what its name means,
  void add(const ServiceRef& service) { definitions_[service->name] = service; }
  // and who lives by that.
  void set(InstanceId id, const ServiceRef& definition) { lives_by_[id] = definition; }
  // The manager has died, and another one goes on.
  void outlive(const Moved& moved) { moved.move_keys(lives_by_); }

  // By which it lives, of one that is there, or has left in the last step.
  [[nodiscard]] const ServiceRef& definition(InstanceId id) const { return lives_by_.at(id); }
  // The newest.
  [[nodiscard]] const ServiceRef& definition(const std::string& service) const { return definitions_.at(service); }
  [[nodiscard]] const ServiceSpec& spec(InstanceId id) const { return definition(id)->spec; }
  // "a", or "a@2" of several; "#7" where nobody is.
  [[nodiscard]] std::string name(InstanceId id) const;
  // All that are there, by slot.
  [[nodiscard]] std::vector<InstanceId> all() const;
  [[nodiscard]] bool is_there(InstanceId id) const { return engine_->world().is_present(id); }
  [[nodiscard]] bool is_external(const std::string& service) const;
  // The names of services, by name.
  [[nodiscard]] std::vector<std::string> services() const;

 private:
  const Engine* engine_ = nullptr;
  std::map<std::string, ServiceRef> definitions_;
  std::map<InstanceId, ServiceRef> lives_by_;
};

}  // namespace sup::sim
