// The log thread's own world: pipes in; files, rings and readers out. Nothing here is shared but the mailbox and the
// board.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "log/alarms.hpp"
#include "log/audience.hpp"
#include "log/board.hpp"
#include "log/compressor.hpp"
#include "log/disk_budget.hpp"
#include "log/formatter.hpp"
#include "log/framer.hpp"
#include "log/joiner.hpp"
#include "log/ledger.hpp"
#include "log/log_thread.hpp"
#include "log/mailbox.hpp"
#include "log/message_sink.hpp"
#include "log/pace.hpp"
#include "log/service_log.hpp"
#include "log/sink.hpp"
#include "log/viewers.hpp"
#include "sys/epoll_set.hpp"

namespace sup::log {

// Of this machine; empty if it has none.
[[nodiscard]] std::string host_name();
// What is in it now.
[[nodiscard]] std::size_t readable_bytes(const UniqueFd& pipe);

class Worker {
 public:
  // Both outlive the worker.
  [[nodiscard]] static Result<std::unique_ptr<Worker>> create(Mailbox& mailbox, Board& board, const Options& options);

  // The thread: sleeps until a pipe, a destination or the mailbox is ready; returns after a Stop.
  void run();

 private:
  // A destination and who uses it.
  struct Outlet {
    Outlet(std::uint64_t id_, UniqueFd file, std::string title) : id(id_), sink(std::move(file), std::move(title)) {}
    std::uint64_t id;
    Sink sink;
    std::size_t inputs = 0;
    bool is_permanent = false;          // supervisord's own descriptors.
    std::string path = {};              // Of a regular file.
    std::uint64_t generation = 0;       // Of the file that outlets_by_file_ knows.
    std::set<InstanceId> refused = {};  // Services that were told in a Refusal since it failed.
    bool is_watched = false;            // In the epoll set, to be told when there is room.
    std::vector<std::uint64_t> paused;  // Inputs that wait for room.
  };
  // A connection for messages.
  struct Post {
    Post(sys::EpollSet& epoll, std::uint64_t id_, MessageAddress address)
        : id(id_), sink(epoll, id_, std::move(address)) {}
    std::uint64_t id;
    MessageSink sink;
    std::size_t inputs = 0;
  };
  // A destination beside the first: an outlet, or a post.
  struct Further {
    Outlet* outlet = nullptr;
    std::optional<Formatter> formatter = {};
    Post* post = nullptr;
    MessageOrigin origin = {};
  };
  // A pipe that is attached.
  struct Input {
    std::uint64_t id = 0;
    ServiceLog* service = nullptr;
    Stream stream = Stream::out;
    RunId run;
    UniqueFd pipe;
    bool is_terminal = false;
    Framer framer;
    Outlet* outlet = nullptr;                   // Null: ring and readers only.
    std::unique_ptr<Formatter> formatter = {};  // Without, bytes are written as they come.
    std::unique_ptr<Joiner> joiner = {};        // Only beside a formatter.
    Duration join_wait{};
    Instant join_due{};
    Valve* valve = nullptr;
    std::size_t room = kPipeBytes;    // What the pipe holds,
    bool has_final_room = false;      // and is not to be made more.
    bool is_throttled = false;        // Not read before its valve opens.
    bool is_shut = false;             // Its destination was full and is not relaxed: lines are dropped.
    std::uint64_t missing_lines = 0;  // Dropped and not announced yet.
    std::uint64_t missing_bytes = 0;
    std::vector<Further> further = {};
    Outlet* file = nullptr;                       // That of its destinations which is read back, if one is a file,
    Kept* kept = nullptr;                         // and how far that is written.
    std::optional<Pattern> awaited = {};          // Empty: no line is looked for, or it was found.
    std::optional<std::size_t> flush_after = {};  // The partial line is due when so many more bytes are read,
    bool ends_with_flush = false;                 // and then the pipe is closed.
    bool has_return = false;  // Of a terminal: the last byte was a carriage return, whose meaning the next one tells.
    bool is_hung_up = false;  // Of a terminal: nobody has it open at the moment.
    bool has_found = false;   // The line that was awaited.
    LedgerAccount* account = nullptr;  // Null: it is not in the ledger.
  };
  // A file that nobody writes to for a while goes on as the outlet that it was, so that positions in it stay right.
  struct FilePause {
    std::uint64_t id = 0;
    std::uint64_t position = 0;
  };
  struct FileKey {
    dev_t device = 0;
    ino_t inode = 0;
    friend auto operator<=>(const FileKey&, const FileKey&) = default;
  };

  Worker(Mailbox& mailbox, Board& board, const Options& options, sys::EpollSet epoll);

  // Commands.
  void obey(Command command);
  void attach(Source source);
  void flush_run(RunId run);
  void end_run(RunId run);
  void forget(InstanceId service);
  void direct_own(OwnDestinations to);
  void write_own(const Mailbox::Content& content);
  void write_own_to(Outlet& outlet, std::string_view lines);
  void send_own(std::string_view line, OwnHead head);
  void announce_own_drops();

  // Reading.
  void read_ready(std::uint64_t id);
  [[nodiscard]] bool read_some(Input& input);
  void make_room(Input& input, std::size_t got);
  void nap(Duration duration);
  void on_read_error(Input& input, int error);
  void hang_up(Input& input);
  void take(Input& input, std::span<char> bytes);
  std::string_view without_returns(Input& input, std::span<char> bytes, Counters& counters);
  void deliver(Input& input, const Block& block, Counters& counters);
  void look_for_awaited(Input& input, const Block& block);
  void request_flush(Input& input);
  void flush(Input& input);
  void flush_held(Input& input);
  void end_input(Input& input);
  void pause(Input& input);
  [[nodiscard]] static bool is_paused(const Input& input);

  // What outlives the process.
  void open_ledger();
  void take_up(Input& input, const std::string& key);
  void go_on(Input& input, const Carry& carry);
  [[nodiscard]] std::span<char> place_to_read(Input& input, std::size_t wanted);
  void begin_step(Input& input, Todo todo, Progress progress = {});
  void end_step(Input& input);
  void fill_carry(const Input& input);
  // What an earlier life has not written already.
  [[nodiscard]] Block unwritten(const Input& input, std::size_t destination, Block block) const;
  // What readers do not find in the file that is read back.
  [[nodiscard]] Block unread(const Input& input, const Block& block) const;
  void stage(const Input& input, std::size_t destination, const LedgerAccount* outbox, std::size_t end);
  void stage_missing(const Input& input);
  void settle_ledger();
  void settle_file(const std::string& path);
  void tell_ledger_troubles();

  // Showing.
  void view(AddViewer add);
  void unview(ViewerId id);
  [[nodiscard]] std::string recent(const Viewer& viewer) const;
  // False if the token is no viewer's.
  bool show_ready(std::uint64_t token);

  // Lines on their way to their destination.
  void fit(Input& input, Source& source);
  void pass(Input& input, WallTime time, Block block);
  [[nodiscard]] std::uint64_t admit(Input& input, std::uint64_t lines);
  void write(Input& input, WallTime time, Block block, std::size_t end);
  void join(Input& input, WallTime time, Block block);
  void write_record(Input& input, const Joiner::Record& record);
  void drop(Input& input, const Block& block);
  void announce_missing(Input& input);
  void tell_missing(Input& input);
  void write_last_words(Input& input);
  [[nodiscard]] bool throttle(Input& input);
  void unthrottle(Input& input);
  void look_again(Input& input);
  void expect_alarm(Input& input);
  void ring_alarms();

  // Writing.
  Outlet* outlet_for(Destination destination);
  Outlet& own_outlet(int fd, const std::string& title);
  void write_ready(std::uint64_t id);
  void commit(Outlet& outlet);
  void tell_refusal(Outlet& outlet, InstanceId service);
  void resume_inputs(Outlet& outlet);
  void release_if_unused(Outlet& outlet);

  // Further destinations.
  void add_further(Input& input, std::vector<FurtherDestination> destinations);
  [[nodiscard]] Post& post_to(MessageAddress address);
  void write_further(Input& input, WallTime time, const Block& block);
  void write_beside(Input& input, std::size_t destination, WallTime time, Block block);
  void send_lines(Input& input, std::size_t destination, WallTime time, const Block& block);
  void commit_further(Input& input);
  void leave_further(Input& input);
  void commit(Post& post);
  void settle(Post& post);
  // False if the id is no post's.
  bool post_ready(std::uint64_t id);
  void release_if_unused(Post& post);
  [[nodiscard]] std::optional<Instant> next_post_retry() const;
  void retry_posts();

  // Reading back.
  void keep_place(Input& input, const Source& source);
  void mark_run(ServiceLog& service, const Source& source);
  void leave_place(const Input& input);
  [[nodiscard]] std::uint64_t end_of(const Kept& kept) const;
  void add_follower(std::unique_ptr<Follower> follower);
  void tell_last_words(const AskLastWords& asked);
  [[nodiscard]] bool has_all(const Follower& follower) const;
  [[nodiscard]] Survey survey(Follower& follower, std::span<const NamedRing> rings) const;
  [[nodiscard]] ServiceSurvey survey_of(const ServiceLog& service, const FollowRequest& request) const;
  [[nodiscard]] FilePart file_part(const ServiceLog& service, std::size_t log, const FollowRequest& request) const;

  // Files.
  [[nodiscard]] Outlet* known_outlet(const FileDestination& destination);
  void take_in(Outlet& outlet, FileDestination destination);
  [[nodiscard]] FilePause resume_file(const std::string& path);
  void remember_file(const Outlet& outlet);
  void register_file(Outlet& outlet);
  void tend(const TendFiles& order);
  [[nodiscard]] Result<> tend(FileDeed deed, const LogFileSpec& file);
  Result<> renew(Outlet& outlet, Result<> (LogFile::*what)(UniqueFd&));
  void reopen_all();
  void expect(const Outlet& outlet);
  void keep_time();

  ServiceLog& service_log(const Source& source);
  void release_if_forgotten(ServiceLog& service);
  void retire(ServiceLog& service);
  void trouble(Error error);

  [[nodiscard]] bool is_drained() const;
  void answer_drain();
  [[nodiscard]] std::optional<Duration> timeout() const;

  Mailbox& mailbox_;
  Board& board_;
  Options options_;
  sys::EpollSet epoll_;
  Audience audience_;
  Viewers viewers_;

  DiskBudget budget_;               // The sinks of outlets refer to it,
  std::unique_ptr<Ledger> ledger_;  // and to this.
  std::unordered_map<std::uint64_t, std::unique_ptr<Input>> inputs_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Outlet>> outlets_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Post>> posts_;
  std::string host_;
  Compressor compressor_;
  std::map<FileKey, Outlet*> outlets_by_file_;
  std::unordered_map<std::string, Outlet*> outlets_by_path_;  // Regular files.
  std::unordered_map<std::string, FilePause> pauses_;         // By path,
  std::unordered_map<std::uint64_t, std::string> paused_;     // and the paths by id.
  std::set<std::uint64_t> blocked_;                           // Outlets that wait for room on their disk,
  Instant next_retry_{};                                      // and when they try again.
  std::optional<WallTime> next_due_;                          // When the first file is to be rotated for its age.
  Outlet* stdout_ = nullptr;
  Outlet* stderr_ = nullptr;
  std::uint64_t next_id_ = 1;  // Of inputs, outlets, posts and viewers; 0 is the mailbox.

  ServiceLogs services_;
  std::vector<std::unique_ptr<ServiceLog>> leaving_;  // Forgotten, with pipes that are still read.
  std::uint64_t sequence_ = 0;                        // Of the last block.
  WallTime begun_;

  std::unique_ptr<char[]> buffer_;
  std::string joined_;
  std::string formatted_;
  Carry carry_;                  // Scratch.
  bool is_growing_ = false;      // Nothing but a held line has changed in the step.
  std::size_t held_before_ = 0;  // At its begin.
  std::size_t block_at_ = 0;     // Bytes that were framed in the step before this block, and
  std::size_t block_end_ = 0;    // until its end.
  std::size_t records_ = 0;      // Joined in the step.
  Alarms alarms_;                // Of inputs.
  Pace pace_;
  std::uint64_t read_bytes_ = 0;
  bool has_own_stderr_ = true;  // Own lines go to standard error,
  Outlet* own_file_ = nullptr;  // to a file,
  struct OwnPost {
    Post* post = nullptr;
    MessageOrigin origin = {};
  };
  std::vector<OwnPost> own_posts_;  // and to servers.
  std::uint64_t own_dropped_ = 0;   // Own lines lost since the last announcement.
  std::optional<Drain> drain_;
  bool is_stopping_ = false;
};

}  // namespace sup::log
