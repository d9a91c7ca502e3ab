// Overrides: what `ctl set` has changed of the definitions, for as long as supervisord lives.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/override.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// One service that is not as its definition says.
struct Overridden {
  ServiceRef original;  // The definition.
  ServiceRef current;   // With the overrides: what the engine has.
  std::vector<Override> overrides;
};

class Overrides {
 public:
  // Of the service as it is defined now, or null. What was of an earlier service of the name does not count.
  [[nodiscard]] const Overridden* find(const ServiceRef& definition) const;
  // Takes the place of what was known of this service; without overrides it is as defined again.
  void put(Overridden overridden);
  // Whether nobody else is at it; then it is the caller's until release().
  [[nodiscard]] bool take(const std::string& service);
  void release(const std::string& service) { taken_.erase(service); }

  // The services whose overrides are other ones since the last call, and what they are: nothing for none.
  [[nodiscard]] std::vector<std::string> take_changed() { return std::exchange(changed_, {}); }
  [[nodiscard]] const Overridden* find_by_name(const std::string& service) const;

 private:
  std::map<std::string, Overridden, std::less<>> by_name_;
  std::set<std::string> taken_;
  std::vector<std::string> changed_;
};

// Each as "resources.memory-max = "1GiB"".
[[nodiscard]] std::vector<std::string> texts_of(const std::vector<Override>& overrides);

}  // namespace sup
