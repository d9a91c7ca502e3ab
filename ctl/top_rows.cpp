#include "ctl/top_rows.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "base/check.hpp"

namespace sup::ctl {
namespace {

using wire::TreeProcess;
using wire::TreeService;

constexpr std::array<std::string_view, 6> kOrderNames = {"tree", "name", "state", "cpu", "memory", "restarts"};

std::string_view base_name(std::string_view name) { return name.substr(0, name.find('@')); }

// Parents and their children, from the top.
class Family {
 public:
  explicit Family(const wire::TreeReply& tree) {
    for (const TreeService& service : tree.services) first_.emplace(base_name(service.service), service.service);
    for (const TreeService& service : tree.services) {
      const auto parent = service.parent ? first_.find(*service.parent) : first_.end();
      if (parent != first_.end() && parent->second != service.service)
        below_[parent->second].push_back(service.service);
      else
        top_.push_back(service.service);
    }
  }

  // Calls `visit(name, depth)` in order. By hand: how deep it goes is the user's choice.
  template <class Visit>
  void walk(Visit visit) const {
    std::vector<std::pair<std::string, std::size_t>> left;
    const auto push = [&](const std::vector<std::string>& names, std::size_t depth) {
      for (auto name = names.rbegin(); name != names.rend(); ++name) left.emplace_back(*name, depth);
    };
    push(top_, 0);
    while (!left.empty()) {
      const auto [name, depth] = std::move(left.back());
      left.pop_back();
      visit(name, depth);
      if (const auto children = below_.find(name); children != below_.end()) push(children->second, depth + 1);
    }
  }

 private:
  std::map<std::string, std::string, std::less<>> first_;  // The first instance of each service.
  std::map<std::string, std::vector<std::string>> below_;
  std::vector<std::string> top_;
};

TopRow row_of(const wire::ServiceStatus& service) {
  TopRow row;
  row.name = service.name;
  row.state = service.state;
  row.status = service.status;
  row.restarts = service.restarts_total;
  row.health = service.health.value_or("");
  row.pid = service.pid;
  row.since_ms = service.since_ms_ago;
  row.cause = service.cause.empty() ? service.says.value_or("") : service.cause;
  return row;
}

// Failed first, then what is on its way, then what is up.
int attention(const TopRow& row) {
  constexpr std::array<std::string_view, 4> kByAttention = {"failed", "changing", "up", "down"};
  return static_cast<int>(std::ranges::find(kByAttention, row.status) - kByAttention.begin());
}

bool matches(const TopRow& row, std::string_view filter) {
  return row.name.find(filter) != row.name.npos || row.state.find(filter) != row.state.npos;
}

// Equal ones in the order of their names.
template <class Compare, class Key>
void sort_by(std::vector<TopRow>& rows, Compare compare, Key key) {
  std::ranges::sort(rows, [&](const TopRow& a, const TopRow& b) {
    const auto& left = std::invoke(key, a);
    const auto& right = std::invoke(key, b);
    return left != right ? compare(left, right) : a.name < b.name;
  });
}

void sort(std::vector<TopRow>& rows, TopOrder order) {
  switch (order) {
    case TopOrder::tree:
    case TopOrder::name: return sort_by(rows, std::less{}, &TopRow::name);
    case TopOrder::state: return sort_by(rows, std::less{}, attention);
    case TopOrder::cpu: return sort_by(rows, std::greater{}, &TopRow::cpu);
    case TopOrder::memory: return sort_by(rows, std::greater{}, &TopRow::memory);
    case TopOrder::restarts: return sort_by(rows, std::greater{}, &TopRow::restarts);
  }
}

}  // namespace

void CpuMeter::take(const TopSample& sample) {
  std::map<std::int64_t, std::int64_t> spent;
  std::map<std::string, double, std::less<>> percent;
  const double passed_ms = taken_ ? std::chrono::duration<double, std::milli>(sample.taken - *taken_).count() : 0;
  for (const TreeService& service : sample.tree.services) {
    std::int64_t used = 0;
    for (const TreeProcess& process : service.processes) {
      const auto before = spent_ms_.find(process.pid);
      // A pid with less than before is another process; all that it has used is new.
      const bool is_known = before != spent_ms_.end() && before->second <= process.cpu_ms;
      used += process.cpu_ms - (is_known ? before->second : 0);
      spent[process.pid] = process.cpu_ms;
    }
    if (passed_ms > 0 && !service.processes.empty())
      percent[service.service] = 100.0 * static_cast<double>(used) / passed_ms;
  }
  spent_ms_ = std::move(spent);
  percent_ = std::move(percent);
  taken_ = sample.taken;
}

std::optional<double> CpuMeter::percent(std::string_view service) const {
  const auto found = percent_.find(service);
  return found == percent_.end() ? std::nullopt : std::optional(found->second);
}

std::string_view order_name(TopOrder order) { return kOrderNames.at(static_cast<std::size_t>(order)); }

TopOrder order_named(std::string_view name) {
  const auto found = std::ranges::find(kOrderNames, name);
  CHECK(found != kOrderNames.end());
  return static_cast<TopOrder>(found - kOrderNames.begin());
}

std::vector<TopRow> top_rows(const TopSample& sample, const CpuMeter& meter, TopOrder order, std::string_view filter) {
  std::map<std::string, TopRow, std::less<>> by_name;
  for (const wire::ServiceStatus& service : sample.status.services) by_name.emplace(service.name, row_of(service));
  std::vector<TopRow> rows;
  const auto add = [&](const std::string& name, std::size_t depth) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) return;
    TopRow row = std::move(found->second);
    by_name.erase(found);
    row.depth = order == TopOrder::tree ? depth : 0;
    row.cpu = meter.percent(name);
    if (const auto count = sample.descriptors.find(name); count != sample.descriptors.end())
      row.descriptors = count->second;
    if (matches(row, filter)) rows.push_back(std::move(row));
  };
  Family(sample.tree).walk(add);
  // What has come between the two questions.
  while (!by_name.empty()) add(std::string(by_name.begin()->first), 0);
  std::map<std::string_view, std::int64_t> memory;
  for (const TreeService& service : sample.tree.services)
    for (const TreeProcess& process : service.processes) memory[service.service] += process.memory;
  for (TopRow& row : rows)
    if (const auto found = memory.find(row.name); found != memory.end()) row.memory = found->second;
  if (order != TopOrder::tree) sort(rows, order);
  return rows;
}

}  // namespace sup::ctl
