// Moved: who is in which slot in the next life of supervisord, by the slot in the one before.
#pragma once

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "engine/event.hpp"
#include "engine/graph.hpp"
#include "engine/record.hpp"
#include "engine/world.hpp"

namespace sup::sim {

class Moved {
 public:
  // `names` are those of the last life, by slot; empty where nobody was.
  Moved(const std::vector<std::string>& names, const World& now) : size_(now.instances.size()) {
    for (const std::string& name : names) slots_.push_back(name.empty() ? kNoInstance : find_instance(now, name));
  }

  // kNoInstance: not there any more.
  [[nodiscard]] InstanceId operator()(InstanceId id) const {
    return id.value < slots_.size() ? slots_[id.value] : kNoInstance;
  }
  // Of who is not there any more nothing is left.
  void move(std::vector<InstanceId>& list) const {
    for (InstanceId& id : list) id = (*this)(id);
    std::erase(list, kNoInstance);
  }
  template <class Map>
  void move_keys(Map& map) const {
    Map out;
    for (auto& [id, value] : map)
      if (const InstanceId to = (*this)(id); to != kNoInstance) out.emplace(to, std::move(value));
    map = std::move(out);
  }
  // What is kept by slot.
  template <class T>
  void move_slots(std::vector<T>& list) const {
    std::vector<T> out(size_);
    for (std::uint32_t slot = 0; slot < list.size(); ++slot)
      if (const InstanceId to = (*this)(InstanceId{slot}); to != kNoInstance) out[to.value] = std::move(list[slot]);
    list = std::move(out);
  }
  // Returns whether it is about somebody who is there.
  bool move(Event& event) const {
    return std::visit(
        [this](auto& e) {
          if constexpr (requires { e.instance; }) {
            e.instance = (*this)(e.instance);
            return e.instance != kNoInstance;
          } else {
            return true;
          }
        },
        event);
  }

 private:
  std::size_t size_;
  std::vector<InstanceId> slots_;
};

}  // namespace sup::sim
