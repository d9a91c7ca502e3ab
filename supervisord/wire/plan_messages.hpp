// What `ctl plan` tells, as messages.hpp has it of the others.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wire/message_rows.hpp"

namespace sup::wire {

struct PlannedSetting {
  std::string key;
  std::string before;
  std::string after;
  std::string effect;
  friend bool operator==(const PlannedSetting&, const PlannedSetting&) = default;
};

struct PlannedService {
  std::string service;
  std::string change;
  std::string action;
  std::vector<PlannedSetting> settings;
  friend bool operator==(const PlannedService&, const PlannedService&) = default;
};

struct PlanReply {
  bool valid = true;
  std::vector<PlannedService> services;
  std::vector<PlannedSetting> daemon;
  std::vector<PlannedSetting> groups;
  std::vector<PlannedSetting> hooks;
  std::int64_t unchanged = 0;
  std::vector<std::string> sources;
  std::vector<std::string> looked_for;
  JsonText report;
  std::string diagnostics;
  friend bool operator==(const PlanReply&, const PlanReply&) = default;
};

}  // namespace sup::wire
