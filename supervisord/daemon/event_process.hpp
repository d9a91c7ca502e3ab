// EventProcess: one process that is told of one event, from its start on a worker to the end of all that it has left.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "daemon/launch.hpp"
#include "daemon/workers.hpp"
#include "loop/loop.hpp"
#include "sys/cgroup.hpp"

namespace sup {

class EventProcess {
 public:
  struct Order {
    std::string name;    // "on-event.mail": of its group, and in the log.
    ServiceSpec spec;    // How it is begun.
    std::string input;   // What it reads; with its end behind it.
    Duration timeout{};  // After that it is killed.
    std::vector<std::string> secrets;  // Not to be in the log, nor in the failure. The longest first.
  };
  struct Outcome {
    std::string failure;               // Empty: it has exited with 0.
    std::optional<sys::Cgroup> group;  // To be removed when all that was in it has died.
  };
  // Called once, last: this object may be destroyed in it.
  using Done = std::move_only_function<void(Outcome)>;
  // It runs now.
  using Begun = std::move_only_function<void()>;

  EventProcess(loop::Loop& loop, Workers& workers, const LaunchContext& context, Order order, Begun begun, Done done);
  // Only when it is over, or nothing of the loop will be called any more.
  ~EventProcess();
  EventProcess(const EventProcess&) = delete;
  EventProcess& operator=(const EventProcess&) = delete;

  // It is to end, at once and with all that it has started. It has failed by `why`.
  void end(std::string why);
  [[nodiscard]] pid_t pid() const { return process_.pid; }
  [[nodiscard]] std::string group() const { return group_ ? group_->name() : std::string(); }

 private:
  void launch();
  void on_launched(Result<Launched> launched);
  void look_at_end();
  void kill_all();
  void read_output();
  void take_output(std::string_view piece);
  void say_line(std::string_view line);
  void finish(std::string failure);

  loop::Loop& loop_;
  Workers& workers_;
  const LaunchContext& context_;
  Order order_;
  Begun begun_;
  Done done_;
  LaunchShared* shared_ = nullptr;  // While it is being made; the launch owns it.
  sys::ProcessRef process_;
  std::optional<sys::Cgroup> group_;
  UniqueFd output_;
  std::size_t line_most_ = 0;              // A secret that begins within what is shown is whole.
  std::string line_;                       // What has come of the next line.
  std::string last_line_;                  // For people who ask why.
  std::size_t said_bytes_ = 0;             // Of its output, in the log;
  std::size_t omitted_bytes_ = 0;          // and not, since it was too much.
  std::string why_;                        // It was told to end.
  std::optional<loop::Poll> output_poll_;  // These end before what they look at.
  std::optional<loop::Poll> end_poll_;
  loop::Timer timeout_;
  loop::Timer look_;  // Where the end of a process cannot be waited for.
};

}  // namespace sup
