// Probes that connect: tcp, unix and http.
#include <array>
#include <utility>

#include "daemon/probe.hpp"
#include "spec/probe_target.hpp"
#include "sys/address.hpp"
#include "sys/socket.hpp"
#include "wire/http_answer.hpp"

namespace sup {
namespace {

// What is said once there is a connection, and what is to come back.
struct Talk {
  const HttpProbe& expected;
  std::string request;
};

class StreamProbe final : public Probe {
 public:
  StreamProbe(const ProbeContext& context, ProbeDone done, std::optional<Talk> talk)
      : loop_(context.loop),
        steps_(context.steps),
        watch_(context.watch),
        done_(std::move(done)),
        later_(loop_, [this] { done_(std::move(failure_)); }) {
    if (!talk) return;
    request_ = std::move(talk->request);
    answer_.emplace(talk->expected);
  }
  ~StreamProbe() override { steps_.abandon(watch_); }

  // There is nobody to be asked.
  void refuse(std::string failure) { end_later(std::move(failure)); }

  // To the first of them that takes the connection.
  void connect(std::vector<sys::SocketAddress> addresses) {
    addresses_ = std::move(addresses);
    try_next();
  }

  void connect(const std::string& path) {
    const bool is_begun = steps_.begin(
        watch_, [path] { return sys::connect_unix(path); },
        [this](Result<UniqueFd> socket) {
          if (!socket) return done_(reason_of(socket.error()));
          socket_ = *std::move(socket);
          on_connected();
        });
    if (!is_begun) end_later("earlier probes still wait for their disk");
  }

 private:
  // What is decided while the probe is begun is told in the next turn.
  void end_later(std::string failure) {
    failure_ = std::move(failure);
    poll_.reset();
    later_.arm({});
  }

  void try_next() {
    while (next_ < addresses_.size()) {
      auto socket = sys::begin_connect(addresses_[next_++]);
      if (socket) {
        socket_ = *std::move(socket);
        poll_.emplace(loop_, socket_.get(), loop::Interest::writable, [this](loop::Readiness) { on_connect_result(); });
        return;
      }
      if (failure_.empty()) failure_ = reason_of(socket.error());
    }
    end_later(std::move(failure_));
  }

  void on_connect_result() {
    poll_.reset();
    const auto result = sys::connect_result(socket_);
    if (result) return on_connected();
    // Of several addresses the first is what people mean.
    if (failure_.empty()) failure_ = reason_of(result.error());
    socket_.reset();
    try_next();
  }

  void on_connected() {
    if (!answer_) return done_("");
    poll_.emplace(loop_, socket_.get(), loop::Interest::both, [this](loop::Readiness) { exchange(); });
  }

  // Nothing more is heard, and told once.
  void end(std::string failure) {
    poll_.reset();
    done_(std::move(failure));
  }

  // Sends what is left of the request, and reads what has come: a server may answer before it has read everything.
  void exchange() {
    if (sent_ < request_.size()) {
      const auto moved = sys::send_some(socket_, std::span<const char>(request_).subspan(sent_));
      if (!moved) return end(reason_of(moved.error()));
      if (moved->state == sys::IoState::closed) sent_ = request_.size();  // The answer may be there all the same.
      sent_ += moved->bytes;
      if (sent_ >= request_.size()) poll_->set(loop::Interest::readable);
    }
    // One piece a turn: a server that sends without end must not hold up the loop.
    std::array<char, 16 * 1024> piece;
    const auto got = sys::receive(socket_, piece);
    if (!got) return end(reason_of(got.error()));
    if (got->state == sys::IoState::closed) return end(answer_->close());
    if (got->bytes == 0) return;
    if (auto verdict = answer_->feed({piece.data(), got->bytes})) end(*std::move(verdict));
  }

  loop::Loop& loop_;
  ProbeSteps& steps_;
  std::uint64_t watch_;
  ProbeDone done_;
  std::string request_;
  std::size_t sent_ = 0;
  std::optional<wire::HttpAnswer> answer_;  // Nothing: a connection is all that is wanted.
  std::vector<sys::SocketAddress> addresses_;
  std::size_t next_ = 0;
  std::string failure_;  // Of the first address.
  UniqueFd socket_;
  std::optional<loop::Poll> poll_;  // Ends before the socket.
  loop::Timer later_;
};

// It was checked when it was read, but the number of an instance that came later may make a port of it that is none.
void connect_to(StreamProbe& probe, const Result<Endpoint>& at) {
  if (!at) return probe.refuse(at.error().what);
  auto addresses = sys::addresses_of(at->host, at->port);
  if (!addresses) return probe.refuse(addresses.error().what);
  probe.connect(*std::move(addresses));
}

}  // namespace

std::unique_ptr<Probe> begin_tcp_probe(const ProbeContext& context, const std::string& endpoint, ProbeDone done) {
  auto probe = std::make_unique<StreamProbe>(context, std::move(done), std::nullopt);
  connect_to(*probe, parse_endpoint(endpoint));
  return probe;
}

std::unique_ptr<Probe> begin_unix_probe(const ProbeContext& context, const std::string& path, ProbeDone done) {
  auto probe = std::make_unique<StreamProbe>(context, std::move(done), std::nullopt);
  probe->connect(path);
  return probe;
}

std::unique_ptr<Probe> begin_http_probe(const ProbeContext& context, const HttpProbe& spec, ProbeDone done) {
  const auto url = parse_http_url(spec.url);
  if (!url) {
    auto refused = std::make_unique<StreamProbe>(context, std::move(done), std::nullopt);
    refused->refuse(url.error().what);
    return refused;
  }
  auto probe = std::make_unique<StreamProbe>(context, std::move(done),
                                             Talk{spec, wire::http_request(url->authority, url->target)});
  if (spec.unix_.empty())
    connect_to(*probe, url->at);
  else
    probe->connect(spec.unix_);
  return probe;
}

}  // namespace sup
