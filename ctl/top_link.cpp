#include "ctl/top_link.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <filesystem>
#include <utility>

#include "base/check.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "wire/base64.hpp"

namespace sup::ctl {
namespace {

constexpr Duration kPatience = std::chrono::seconds{10};
constexpr std::size_t kCommBytes = 64;

wire::Arguments with_names(const std::vector<std::string>& names) {
  wire::Arguments arguments;
  if (!names.empty()) arguments.set("names", names);
  return arguments;
}

// Whether the numbers of processes mean to us what they mean to supervisord: it may be in another pid namespace.
bool sees_same_processes(std::int64_t supervisord) {
  const auto comm = sys::read_file(fmt::format("/proc/{}/comm", supervisord), kCommBytes);
  return comm && comm->starts_with("supervisord");
}

// How many descriptors a process has; nothing if that is not ours to know.
std::optional<std::int64_t> descriptors_of(std::int64_t pid) {
  std::error_code error;
  std::filesystem::directory_iterator entry(fmt::format("/proc/{}/fd", pid), error);
  std::int64_t count = 0;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) ++count;
  return error ? std::nullopt : std::optional(count);
}

void count_descriptors(TopSample& sample) {
  if (!sees_same_processes(sample.status.daemon.pid)) return;
  for (const wire::TreeService& service : sample.tree.services)
    for (const wire::TreeProcess& process : service.processes)
      if (const auto count = descriptors_of(process.pid)) sample.descriptors[service.service] += *count;
}

}  // namespace

TopLink::TopLink(Context& context, std::vector<std::string> names, Duration delay)
    : context_(context),
      names_(std::move(names)),
      delay_(delay),
      news_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {}

TopLink::~TopLink() {
  {
    const std::scoped_lock lock(mutex_);
    is_over_ = true;
    if (asking_fd_ >= 0) ::shutdown(asking_fd_, SHUT_RDWR);
  }
  wake_.notify_all();
  thread_.join();
}

TopNews TopLink::take() {
  std::uint64_t count = 0;
  if (::read(news_fd_.get(), &count, sizeof count) < 0) count = 0;  // None were told; there may be some all the same.
  const std::scoped_lock lock(mutex_);
  return std::exchange(news_, {});
}

void TopLink::want_log(const std::string& service, std::size_t lines) {
  {
    const std::scoped_lock lock(mutex_);
    if (service == log_service_ && lines == log_lines_) return;
    log_service_ = service;
    log_lines_ = lines;
    is_log_due_ = true;
  }
  wake_.notify_all();
}

void TopLink::ask(TopDeed deed) {
  {
    const std::scoped_lock lock(mutex_);
    deeds_.push_back(std::move(deed));
  }
  wake_.notify_all();
}

void TopLink::tell() {
  const std::uint64_t one = 1;
  if (::write(news_fd_.get(), &one, sizeof one) < 0) return;  // It is readable as it is.
}

void TopLink::run() {
  Instant next = sys::monotonic_now();
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const auto is_due = [&] { return is_over_ || is_log_due_ || !deeds_.empty(); };
      wake_.wait_for(lock, std::max(next - sys::monotonic_now(), Duration::zero()), is_due);
      if (is_over_) return;
    }
    // What a deed has done is shown at once.
    if (do_deeds() || sys::monotonic_now() >= next) {
      look();
      next = sys::monotonic_now() + delay_;
    }
    look_at_log();
  }
}

bool TopLink::do_deeds() {
  for (bool is_first = true;; is_first = false) {
    TopDeed deed;
    {
      const std::scoped_lock lock(mutex_);
      if (deeds_.empty()) return !is_first;
      deed = std::move(deeds_.front());
      deeds_.pop_front();
    }
    const auto answer = carry_out(deed);
    const std::scoped_lock lock(mutex_);
    news_.answers.push_back(answer ? *answer : answer.error().text);
    tell();
  }
}

void TopLink::look() {
  auto seen = sample();
  const std::scoped_lock lock(mutex_);
  news_.trouble = seen ? std::nullopt : std::optional(seen.error().text);
  if (seen) news_.sample = *std::move(seen);
  tell();
}

void TopLink::look_at_log() {
  std::string service;
  std::size_t lines = 0;
  {
    const std::scoped_lock lock(mutex_);
    service = log_service_;
    lines = log_lines_;
    is_log_due_ = false;
  }
  if (service.empty() || lines == 0) return;
  auto written = log(service, lines);
  if (!written) return;  // The next look tells why.
  const std::scoped_lock lock(mutex_);
  news_.log = *std::move(written);
  tell();
}

OrFailure<TopSample> TopLink::sample() {
  TopSample out;
  auto status = ask<wire::StatusReply>(wire::Verb::status, with_names(names_));
  if (!status) return std::unexpected(std::move(status).error());
  out.status = *std::move(status);
  out.taken = sys::monotonic_now();
  auto tree = ask<wire::TreeReply>(wire::Verb::tree, with_names(names_));
  if (!tree) return std::unexpected(std::move(tree).error());
  out.tree = *std::move(tree);
  count_descriptors(out);
  return out;
}

OrFailure<TopLog> TopLink::log(const std::string& service, std::size_t lines) {
  if (auto there = provide(); !there) return std::unexpected(std::move(there).error());
  wire::Arguments arguments = with_names({service});
  arguments.set("lines", static_cast<std::int64_t>(lines));
  const wire::CommandRow& row = wire::command(wire::Verb::logs);
  wire::fill_fallbacks(row, arguments);
  client_->set_deadline(sys::monotonic_now() + kPatience);
  TopLog out{service, {}};
  auto sent = client_->call(row, arguments, wire::More::yes);
  while (sent) {
    auto reply = client_->next<wire::LogsReply>();
    if (!reply) sent = std::unexpected(std::move(reply).error());
    if (!sent) break;
    for (const wire::LogRecord& record : reply->message.records) out.lines.push_back(wire::line_of(record));
    if (!reply->continues) return out;
  }
  let_go();
  return std::unexpected(sent.error());
}

OrFailure<std::string> TopLink::carry_out(const TopDeed& deed) {
  wire::Arguments arguments = with_names({deed.service});
  if (deed.verb == wire::Verb::signal) {
    arguments.set("signal", deed.signal);
    const auto reply = ask<wire::SignalReply>(deed.verb, std::move(arguments));
    if (!reply) return std::unexpected(reply.error());
    return fmt::format("{} was sent to {}", deed.signal, deed.service);
  }
  arguments.set("wait", false);
  const auto reply = ask<wire::ChangeReply>(deed.verb, std::move(arguments));
  if (!reply) return std::unexpected(reply.error());
  return fmt::format("{} {}: accepted", wire::command(deed.verb).name, deed.service);
}

template <wire::MessageStruct T>
OrFailure<T> TopLink::ask(wire::Verb verb, wire::Arguments arguments) {
  if (auto there = provide(); !there) return std::unexpected(std::move(there).error());
  const wire::CommandRow& row = wire::command(verb);
  wire::fill_fallbacks(row, arguments);
  client_->set_deadline(sys::monotonic_now() + kPatience);
  auto reply = client_->ask<T>(row, arguments);
  // What supervisord itself answers is no reason to connect anew; but who it is that failed cannot be seen from here.
  if (!reply) let_go();
  return reply;
}

OrFailure<> TopLink::provide() {
  if (client_) return {};
  auto client = Client::connect(context_.socket);
  if (!client) return std::unexpected(std::move(client).error());
  client_ = *std::move(client);
  const std::scoped_lock lock(mutex_);
  asking_fd_ = client_->fd();
  if (is_over_) ::shutdown(asking_fd_, SHUT_RDWR);
  return {};
}

void TopLink::let_go() {
  {
    const std::scoped_lock lock(mutex_);
    asking_fd_ = -1;
  }
  client_.reset();
}

}  // namespace sup::ctl
