// Probes of files.
#include <utility>

#include "daemon/probe.hpp"
#include "sys/file.hpp"

namespace sup {
namespace {

// The answer of a look has no descriptor.
Result<UniqueFd> look(const std::string& path, const std::optional<WallTime>& newer_than) {
  const WallTime changed = TRY(sys::last_change_of(path));
  if (newer_than && changed < *newer_than) return fail(Errc::not_found, "the file is from before this start");
  return UniqueFd{};
}

class FileProbe final : public Probe {
 public:
  FileProbe(const ProbeContext& context, const std::string& path, ProbeDone done)
      : loop_(context.loop), steps_(context.steps), watch_(context.watch), done_(std::move(done)) {
    const bool is_begun = steps_.begin(
        watch_, [path, newer = context.newer_than] { return look(path, newer); },
        [this](const Result<UniqueFd>& result) { done_(result ? "" : reason_of(result.error())); });
    if (!is_begun) later_.emplace(loop_, [this] { done_("earlier probes still wait for their disk"); }).arm({});
  }
  ~FileProbe() override { steps_.abandon(watch_); }

 private:
  loop::Loop& loop_;
  ProbeSteps& steps_;
  std::uint64_t watch_;
  ProbeDone done_;
  std::optional<loop::Timer> later_;
};

}  // namespace

std::unique_ptr<Probe> begin_file_probe(const ProbeContext& context, const std::string& path, ProbeDone done) {
  return std::make_unique<FileProbe>(context, path, std::move(done));
}

}  // namespace sup
