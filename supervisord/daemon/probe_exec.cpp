// Probes by a command: a task of the run, in a cgroup of its own, killed with all that it has made when it is given up.
#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/text.hpp"
#include "daemon/probe.hpp"
#include "sys/fd.hpp"
#include "sys/socket.hpp"

namespace sup {
namespace {

// The last line of what a command says, as far as people will read it.
class LastLine {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n') is_over_ = true;
      if (c == '\n' || c == '\r') continue;
      if (std::exchange(is_over_, false)) line_.clear();
      if (line_.size() < kMost) line_ += c;
    }
  }
  [[nodiscard]] std::string text() const { return printable(line_, kMost); }

 private:
  static constexpr std::size_t kMost = 120;
  std::string line_;
  bool is_over_ = false;
};

class ExecProbe final : public Probe {
 public:
  ExecProbe(const ProbeContext& context, const Command& command, ProbeDone done)
      : runs_(context.runs), done_(std::move(done)), later_(context.loop, [this] { done_(std::move(failure_)); }) {
    auto id = begin(context, command);
    if (id) {
      id_ = *id;
      return;
    }
    failure_ = std::move(id.error().what);
    later_.arm({});
  }
  ~ExecProbe() override {
    if (id_) runs_.kill_exec(*id_);
  }

 private:
  Result<ExecId> begin(const ProbeContext& context, const Command& command) {
    if (runs_.has_doomed_exec(context.instance)) return fail(Errc::busy, "the one before is alive in spite of KILL");
    sys::Pipe pipe = TRY(sys::make_pipe());
    TRY(sys::set_nonblocking(pipe.read_end));
    ExecOrder order;
    order.instance = context.instance;
    order.command = command;
    order.purpose = ExecPurpose::probe;
    order.stdio.fds = {UniqueFd{::open("/dev/null", O_RDONLY | O_CLOEXEC)}, UniqueFd{}, std::move(pipe.write_end)};
    order.stdio.fds[1] = TRY(sys::dup_cloexec_above_stdio(order.stdio.fds[2].get()));
    order.done = [this](const Result<ExitStatus>& end) { on_end(end); };
    const ExecId id = TRY(runs_.exec(std::move(order)));
    output_ = std::move(pipe.read_end);
    poll_.emplace(context.loop, output_.get(), loop::Interest::readable, [this](loop::Readiness) { read(); });
    return id;
  }

  // Bounded, so that one who writes without end does not hold up the loop.
  void read() {
    std::array<char, 16 * 1024> piece;
    const ssize_t got = ::read(output_.get(), piece.data(), piece.size());
    if (got > 0) return last_line_.add({piece.data(), static_cast<std::size_t>(got)});
    if (got == 0 || errno != EAGAIN) poll_.reset();
  }

  void on_end(const Result<ExitStatus>& end) {
    id_.reset();
    if (!end) return done_(end.error().what);
    if (end->as_code() == 0) return done_("");
    if (poll_) read();
    const std::string said = last_line_.text();
    done_(said.empty() ? end->text() : fmt::format("{}: {}", end->text(), said));
  }

  Runs& runs_;
  ProbeDone done_;
  std::optional<ExecId> id_;  // While it is there.
  LastLine last_line_;
  UniqueFd output_;
  std::optional<loop::Poll> poll_;  // Ends before the pipe.
  std::string failure_;
  loop::Timer later_;
};

}  // namespace

std::unique_ptr<Probe> begin_exec_probe(const ProbeContext& context, const Command& command, ProbeDone done) {
  return std::make_unique<ExecProbe>(context, command, std::move(done));
}

}  // namespace sup
