// What `ctl top` hears of supervisord, and what it asks of it: on a thread of its own, so that the screen never waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ctl/context.hpp"
#include "ctl/top_view.hpp"
#include "sys/unique_fd.hpp"

namespace sup::ctl {

// What a service wrote last.
struct TopLog {
  std::string service;
  std::vector<std::string> lines;
};

// Everything that has come since it was taken last.
struct TopNews {
  std::optional<TopSample> sample;
  std::optional<TopLog> log;
  std::optional<std::string> trouble;  // Why supervisord cannot be asked now; it is tried again and again.
  std::deque<std::string> answers;     // What became of deeds.
};

class TopLink {
 public:
  // Looks at these services (all, if there are none) this often. All signals that the caller waits for must be blocked.
  TopLink(Context& context, std::vector<std::string> names, Duration delay);
  TopLink(const TopLink&) = delete;
  TopLink& operator=(const TopLink&) = delete;
  // Ends what is being asked.
  ~TopLink();

  // Readable when there are news.
  [[nodiscard]] int fd() const { return news_fd_.get(); }
  [[nodiscard]] TopNews take();
  // From now on the log of this service is wanted, so many lines of it; empty: of none.
  void want_log(const std::string& service, std::size_t lines);
  void ask(TopDeed deed);

 private:
  void run();
  bool do_deeds();  // Whether there were any.
  void look();
  void look_at_log();
  [[nodiscard]] OrFailure<TopSample> sample();
  [[nodiscard]] OrFailure<TopLog> log(const std::string& service, std::size_t lines);
  [[nodiscard]] OrFailure<std::string> carry_out(const TopDeed& deed);
  template <wire::MessageStruct T>
  [[nodiscard]] OrFailure<T> ask(wire::Verb verb, wire::Arguments arguments);
  [[nodiscard]] OrFailure<> provide();
  void let_go();
  void tell();

  Context& context_;
  std::vector<std::string> names_;
  Duration delay_;
  UniqueFd news_fd_;
  std::optional<Client> client_;  // Of the thread; but see asking_fd_.
  std::mutex mutex_;              // For what follows.
  std::condition_variable wake_;
  TopNews news_;
  std::deque<TopDeed> deeds_;
  std::string log_service_;
  std::size_t log_lines_ = 0;
  bool is_log_due_ = false;
  bool is_over_ = false;
  int asking_fd_ = -1;  // The connection, so that the destructor can end a wait on it.
  std::thread thread_;
};

}  // namespace sup::ctl
