// Probe: one attempt to find out whether a service works. Nothing here blocks, and only exec makes a process.
//
// tcp, unix and http are asked in the loop; what a path leads to is looked up by a worker, since the disk behind it may
// be gone. The files: probe_stream.cpp tcp, unix and http, probe_exec.cpp commands, probe_file.cpp files,
// probe_steps.cpp what workers do.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "daemon/runs.hpp"
#include "daemon/workers.hpp"
#include "loop/loop.hpp"
#include "spec/probe_spec.hpp"
#include "sys/unique_fd.hpp"

namespace sup {

// An attempt under way; its destruction gives it up, with all that it has made.
class Probe {
 public:
  virtual ~Probe() = default;
};

// Why it has failed, in a few words; empty: it has succeeded. Called once, never while the probe is begun; may destroy
// it.
using ProbeDone = std::move_only_function<void(std::string failure)>;

// What of probes may block for ever, done by workers: at most one step for each watch at a time, and of those that
// nobody waits for any more only a few, so that a dead disk cannot take all workers.
class ProbeSteps {
 public:
  using Step = std::move_only_function<Result<UniqueFd>()>;
  using Answer = std::move_only_function<void(Result<UniqueFd>)>;
  static constexpr std::size_t kMostAbandoned = 4;

  explicit ProbeSteps(Workers& workers) : workers_(workers) {}
  // If the watch's last step has not answered yet, its answer is taken for that of this one. Returns whether it was
  // begun.
  [[nodiscard]] bool begin(std::uint64_t watch, Step step, Answer answer);
  void abandon(std::uint64_t watch);

 private:
  void on_done(std::uint64_t watch, Result<UniqueFd> result);

  Workers& workers_;
  std::unordered_map<std::uint64_t, Answer> waiting_;  // By watch; empty: nobody waits for it.
  std::size_t abandoned_ = 0;
};

// For whom and by what means a probe is made.
struct ProbeContext {
  loop::Loop& loop;
  Runs& runs;
  ProbeSteps& steps;
  std::uint64_t watch = 0;
  InstanceId instance;
  std::optional<WallTime> newer_than;  // A file has to be; the clock of files is the only one that can tell.
};

// Begins the probe that the spec names. `spec` must outlive it.
[[nodiscard]] std::unique_ptr<Probe> begin_probe(const ProbeContext& context, const ProbeSpec& spec, ProbeDone done);

// The kinds behind it.
[[nodiscard]] std::unique_ptr<Probe> begin_tcp_probe(const ProbeContext& context, const std::string& endpoint,
                                                     ProbeDone done);
[[nodiscard]] std::unique_ptr<Probe> begin_unix_probe(const ProbeContext& context, const std::string& path,
                                                      ProbeDone done);
[[nodiscard]] std::unique_ptr<Probe> begin_http_probe(const ProbeContext& context, const HttpProbe& spec,
                                                      ProbeDone done);
[[nodiscard]] std::unique_ptr<Probe> begin_exec_probe(const ProbeContext& context, const Command& command,
                                                      ProbeDone done);
[[nodiscard]] std::unique_ptr<Probe> begin_file_probe(const ProbeContext& context, const std::string& path,
                                                      ProbeDone done);

// The reason of a failed call alone: what it was about is known.
[[nodiscard]] std::string reason_of(const Error& error);

}  // namespace sup
