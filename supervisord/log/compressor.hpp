// Compresses rotated files on a thread of its own, which is there only while there is something to compress, and which
// gives way to everybody else.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>

#include "log/board.hpp"
#include "log/packing.hpp"

namespace sup::log {

// Owned by the log thread; what fails is told by the board.
class Compressor {
 public:
  explicit Compressor(Board& board) : board_(board) {}
  // Waits for the piece that is being compressed, not for the whole file: what is left half done is found by the next
  // tidy().
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // All files that were rotated from this log and are not compressed yet are to be; what an earlier life has left half
  // done is removed.
  void tidy(const std::string& log_path, Packing packing);

 private:
  static void* thread_main(void* self);
  void work();

  Board& board_;
  std::mutex mutex_;
  struct Job {
    std::string log_path;
    Packing packing = Packing::gzip;
    friend bool operator==(const Job&, const Job&) = default;
  };
  std::deque<Job> jobs_;  // All different; the first is worked on.
  bool is_running_ = false;
  bool is_ending_ = false;
  bool was_started_ = false;
  pthread_t thread_{};
};

}  // namespace sup::log
