// The options of a service of docker-compose.yml that say what it may use.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/text.hpp"
#include "import/compose_draft.hpp"
#include "import/systemd_text.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

using Draft = ComposeDraft;

Verdict map_ulimits(Draft& draft, const Option& option) {
  constexpr std::string_view kLimits[] = {"as",      "core",     "cpu",        "data",   "fsize", "locks",
                                          "memlock", "msgqueue", "nice",       "nofile", "nproc", "rss",
                                          "rtprio",  "rttime",   "sigpending", "stack"};
  const auto text = [](const YamlNode* node) {
    return node == nullptr || node->text == "-1" ? std::string("unlimited") : node->text;
  };
  std::string unknown;
  for (const auto& [name, value] : draft.value_of(option).map) {
    if (std::ranges::count(kLimits, name) == 0) {
      unknown += " " + name;
      continue;
    }
    const std::string unit = name == "cpu" ? "s" : name == "rttime" ? "us" : "";
    const auto whole = [&](const std::string& limit) {
      return limit == "unlimited" || limit == "0" ? limit : limit + unit;
    };
    const bool is_pair = value.kind == YamlKind::map;
    const std::string both =
        is_pair ? fmt::format("{}:{}", whole(text(value.find("soft"))), whole(text(value.find("hard"))))
                : whole(text(&value));
    const auto number = whole_number(both);
    set(draft.settings, "limits." + name, number ? number_value(*number) : text_value(both));
  }
  return unknown.empty() ? mapped("limits") : lost("there are no limits of these names:" + unknown);
}

Verdict set_size(Draft& draft, const YamlNode& node, std::string_view setting) {
  const auto size = size_of(node);
  if (!size) return lost("this is no size");
  set(draft.settings, setting, text_value(*size));
  return mapped(std::string(setting));
}

Verdict set_number(Draft& draft, const YamlNode& node, std::string_view setting, std::int64_t least,
                   std::int64_t most) {
  const auto number = whole_number(node.text);
  if (!number || *number < least || *number > most)
    return lost(fmt::format("this is no number from {} to {}", least, most));
  set(draft.settings, setting, number_value(*number));
  return mapped(std::string(setting));
}

Verdict set_cpu_share(Draft& draft, double cpus) {
  if (!(cpus > 0) || cpus > 10'000) return lost("this is no number of CPUs");
  set(draft.settings, "resources.cpu-max", text_value(fmt::format("{}%", std::max(1L, std::lround(cpus * 100)))));
  return mapped("resources.cpu-max");
}

Verdict set_cpus(Draft& draft, const YamlNode& node) {
  char* end = nullptr;
  const double cpus = std::strtod(node.text.c_str(), &end);
  return end == node.text.c_str() + node.text.size() ? set_cpu_share(draft, cpus) : lost("this is no number of CPUs");
}

Verdict set_pids(Draft& draft, const YamlNode& node) {
  constexpr std::int64_t kMostPids = 4'194'304;
  if (node.text == "-1" || node.text == "0") return same("without a setting there is no limit");
  return set_number(draft, node, "resources.pids-max", 1, kMostPids);
}

Verdict set_instances(Draft& draft, const YamlNode& node) {
  if (node.text != "0") return set_number(draft, node, "instances", 1, 1'000);
  set(draft.settings, "enabled", flag_value(false));
  return mapped("enabled");
}

// It counts memory and swap together, ours swap alone.
Verdict map_swap(Draft& draft, const Option& option) {
  const YamlNode* memory = draft.node->find("mem_limit");
  const std::string& text = draft.value_of(option).text;
  if (text == "-1" || text == "0") return same("without a setting there is no limit");
  const auto both = size_of(draft.value_of(option));
  const auto limit = memory == nullptr ? std::nullopt : size_of(*memory);
  const auto both_bytes = both ? parse_size(*both) : fail(Errc::invalid, "");
  const auto limit_bytes = limit ? parse_size(*limit) : fail(Errc::invalid, "");
  if (!both_bytes || !limit_bytes || *both_bytes < *limit_bytes)
    return lost("it counts from mem_limit on; see resources.memory-swap-max");
  set(draft.settings, "resources.memory-swap-max", text_value(format_size(*both_bytes - *limit_bytes)));
  return mapped("resources.memory-swap-max");
}

Verdict map_quota(Draft& draft, const Option&) {
  constexpr std::int64_t kDefaultPeriod = 100'000;
  const YamlNode* period_node = draft.node->find("cpu_period");
  const YamlNode* quota_node = draft.node->find("cpu_quota");
  if (quota_node == nullptr) return lost("without cpu_quota it bounds nothing");
  const auto quota = whole_number(quota_node->text);
  const auto period = period_node == nullptr ? kDefaultPeriod : whole_number(period_node->text);
  if (!quota || !period || *period < 1) return lost("this is no number");
  if (*quota < 1) return same("without a setting there is no limit");
  return set_cpu_share(draft, static_cast<double>(*quota) / static_cast<double>(*period));
}

// 1024 is 100, as with systemd.
Verdict map_shares(Draft& draft, const Option& option) {
  const auto shares = whole_number(draft.value_of(option).text);
  if (!shares || *shares < 0 || *shares > 262'144) return lost("this is no number from 0 to 262144");
  if (*shares == 0) return same("without a setting it has the usual share");
  set(draft.settings, "resources.cpu-weight", number_value(std::clamp<std::int64_t>(*shares * 100 / 1024, 1, 10'000)));
  return mapped("resources.cpu-weight");
}

// device_read_bps: [{path: /dev/sda, rate: 12mb}] and its like.
void add_disks(const YamlNode& list, std::string_view key, bool is_bytes, std::vector<ValueTable>& disks,
               std::string& left) {
  for (const YamlNode& element : list.list) {
    const YamlNode* path = element.find("path");
    const YamlNode* rate = element.find("rate");
    const auto size = is_bytes && rate != nullptr ? size_of(*rate) : std::nullopt;
    const auto number = !is_bytes && rate != nullptr ? whole_number(rate->text) : std::nullopt;
    if (path == nullptr || (!size && !number.has_value()) || (number && *number < 1)) {
      left += fmt::format(" {}", key);
      continue;
    }
    const auto is_it = [&](const ValueTable& disk) {
      return *disk.find("device")->value.get_if<std::string>() == path->text;
    };
    auto disk = std::ranges::find_if(disks, is_it);
    if (disk == disks.end()) {
      disks.emplace_back();
      disk = disks.end() - 1;
      disk->add("device", text_value(path->text));
    }
    set(*disk, key, size ? text_value(*size) : number_value(*number));
  }
}

Verdict map_block_io(Draft& draft, const Option& option) {
  constexpr std::pair<std::string_view, std::string_view> kRates[] = {{"device_read_bps", "rbps"},
                                                                      {"device_write_bps", "wbps"},
                                                                      {"device_read_iops", "riops"},
                                                                      {"device_write_iops", "wiops"}};
  std::string left;
  std::vector<ValueTable> disks;
  for (const auto& [name, value] : draft.value_of(option).map) {
    const auto rate = std::ranges::find(kRates, name, &std::pair<std::string_view, std::string_view>::first);
    const auto weight = name == "weight" ? whole_number(value.text) : std::nullopt;
    if (rate != std::end(kRates))
      add_disks(value, rate->second, rate->second.ends_with("bps"), disks, left);
    else if (weight && *weight >= 10 && *weight <= 1'000)  // 10 to 1000 become 1 to 10000, as runc has it.
      set(draft.settings, "resources.io-weight", number_value(1 + (*weight - 10) * 9'999 / 990));
    else
      left += " " + printable(name, 80);
  }
  ValueArray all;
  for (ValueTable& disk : disks) all.push_back({std::move(disk), {}});
  if (!all.empty()) set(draft.settings, "resources.io-max", {std::move(all), {}});
  return left.empty() ? mapped("resources.io-max, resources.io-weight")
                      : lost("see resources.io-max and resources.io-weight; not mapped:" + left);
}

void add_verdict(const std::string& name, const Verdict& verdict, std::string& done, std::string& left) {
  if (verdict.fate == Fate::not_mapped)
    left += " " + printable(name, 80);
  else if (verdict.fate == Fate::mapped && done.find(verdict.text) == done.npos)
    done += (done.empty() ? "" : ", ") + verdict.text;
}

void map_deployed_resources(Draft& draft, const YamlNode& resources, std::string& done, std::string& left) {
  for (const auto& [kind, values] : resources.map)
    for (const auto& [name, value] : values.map) {
      Verdict verdict = lost("");
      const bool is_limit = kind == "limits";
      if (is_limit && name == "cpus") verdict = set_cpus(draft, value);
      if (is_limit && name == "memory") verdict = set_size(draft, value, "resources.memory-max");
      if (is_limit && name == "pids") verdict = set_pids(draft, value);
      if (kind == "reservations" && name == "memory") verdict = set_size(draft, value, "resources.memory-low");
      add_verdict(fmt::format("resources.{}.{}", kind, name), verdict, done, left);
    }
}

Verdict set_policy(Draft& draft, const std::string& name, const YamlNode& value) {
  constexpr std::pair<std::string_view, std::string_view> kWhen[] = {
      {"none", "never"}, {"on-failure", "on-failure"}, {"any", "always"}};
  if (name == "condition")
    for (const auto& [theirs, ours] : kWhen)
      if (value.text == theirs) {
        set(draft.settings, "restart.when", text_value(ours));
        return mapped("restart");
      }
  if (const auto delay = name == "delay" ? time_of(&value) : std::nullopt) {
    for (const std::string_view setting : {"restart.delay", "restart.max-delay"})
      set(draft.settings, setting, text_value(*delay));
    return mapped("restart");
  }
  if (name != "max_attempts") return lost("");
  if (value.text == "0") return mapped("restart");  // As if it were not there: again and again.
  set(draft.settings, "restart.within", text_value("366d"));
  const Verdict verdict = set_number(draft, value, "restart.max", 0, 1'000);
  return verdict.fate == Fate::mapped ? mapped("restart") : verdict;
}

Verdict map_deploy(Draft& draft, const Option& option) {
  std::string done, left;
  for (const auto& [name, value] : draft.value_of(option).map) {
    if (name == "replicas") {
      add_verdict(name, set_instances(draft, value), done, left);
    } else if (name == "resources") {
      map_deployed_resources(draft, value, done, left);
    } else if (name == "restart_policy" && draft.node->find("restart") == nullptr) {
      if (value.find("condition") == nullptr) set(draft.settings, "restart.when", text_value("always"));
      for (const auto& [key, part] : value.map)
        add_verdict("restart_policy." + key, set_policy(draft, key, part), done, left);
    } else {
      left += " " + printable(name, 80);
    }
  }
  if (left.empty()) return mapped(done.empty() ? "nothing is in it" : done);
  return lost(fmt::format("{}not mapped:{}", done.empty() ? "" : "it is mapped to " + done + "; ", left));
}

constexpr std::string_view kWindows = "only containers of Windows know it; see resources.cpu-max";

constexpr ComposeRow kRows[] = {
    {"ulimits", map_ulimits},
    {"scale", [](Draft& d, const Option& o) { return set_instances(d, d.value_of(o)); }},
    {"deploy", map_deploy},
    {"mem_limit", [](Draft& d, const Option& o) { return set_size(d, d.value_of(o), "resources.memory-max"); }},
    {"mem_reservation", [](Draft& d, const Option& o) { return set_size(d, d.value_of(o), "resources.memory-low"); }},
    {"memswap_limit", map_swap},
    {"mem_swappiness", nullptr, "how willingly memory is swapped is for the machine to say"},
    {"cpus", [](Draft& d, const Option& o) { return set_cpus(d, d.value_of(o)); }},
    {"cpu_quota", map_quota},
    {"cpu_period", map_quota},
    {"cpu_shares", map_shares},
    {"cpu_count", nullptr, kWindows},
    {"cpu_percent", nullptr, kWindows},
    {"cpu_rt_period", nullptr, "see sched-policy"},
    {"cpu_rt_runtime", nullptr, "see sched-policy"},
    {"cpuset",
     [](Draft& d, const Option& o) {
       set(d.settings, "resources.cpuset", text_value(d.value_of(o).text));
       return mapped("resources.cpuset");
     }},
    {"pids_limit", [](Draft& d, const Option& o) { return set_pids(d, d.value_of(o)); }},
    {"oom_score_adj",
     [](Draft& d, const Option& o) { return set_number(d, d.value_of(o), "oom-score", -1'000, 1'000); }},
    {"oom_kill_disable", nullptr,
     "who goes for want of memory is chosen by oom-score; beyond resources.memory-max it is the whole run"},
    {"blkio_config", map_block_io},
};

}  // namespace

std::span<const ComposeRow> compose_resource_rows() { return kRows; }

}  // namespace sup::imports
