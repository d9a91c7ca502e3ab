// The guard's loop, and all that it does to the world. One object of it exists; all of it is zeros before begin(), so
// that it takes no room in the program's file.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "base/time.hpp"
#include "guard/guard.hpp"
#include "guard/state.hpp"

namespace sup::guard {

class Keeper {
 public:
  // Before the first turn(). What cannot be had ends the process. True: this is a trial, and no guard.
  [[nodiscard]] bool begin(char* const* arguments) noexcept;
  // Waits for something to happen and does what it asks for. True: this is a new manager.
  [[nodiscard]] bool turn() noexcept;

 private:
  // Managers.
  [[nodiscard]] bool start_manager() noexcept;
  void become_manager(int socket) noexcept;
  void manager_ended(const Ended& ended) noexcept;
  [[nodiscard]] Duration pause_before_next(const Ended& ended, Duration lived) noexcept;
  void end_if_hopeless(const Ended& ended) noexcept;
  void manager_not_made(int error_number) noexcept;
  void reap() noexcept;

  // Programs (keeper_programs.cpp).
  [[nodiscard]] bool take_over() noexcept;
  void try_next() noexcept;
  void tell_trial(const Ended& ended) noexcept;
  [[nodiscard]] Ended try_program(int program, int output) noexcept;
  void go_on_as(int program, int former) noexcept;
  void go_back_if_bad(const Ended& ended, Duration lived) noexcept;
  [[nodiscard]] int execute(int program, std::string_view how) noexcept;

  // Signals.
  void take_signals() noexcept;
  void take_signal(int number, pid_t sender, uid_t user) noexcept;
  void pass_on(int number) noexcept;

  // Messages.
  void take_messages() noexcept;
  [[nodiscard]] bool take_message() noexcept;
  void tell() noexcept;
  void hang_up() noexcept;

  [[nodiscard]] int wait_milliseconds() const noexcept;

  char* const* arguments_ = nullptr;
  int signals_ = 0;
  int socket_ = 0;           // -1: there is none.
  pid_t manager_ = 0;        // 0: there is none.
  bool has_turned_ = false;  // Not the other way round: what begins as zeros takes no room in the program.
  bool is_choked_ = false;   // The manager does not take what it is told.
  Instant born_;
  Instant start_at_;             // When there is none.
  Instant leave_at_;             // When one has said goodbye.
  std::uint32_t deaths_ = 0;     // One after the other, none of them healthy.
  std::uint32_t never_up_ = 0;   // The last so many.
  bool is_born_ending_ = false;  // The present manager knows of an ask.
  std::uint32_t deaths_ending_ = 0;
  std::uint32_t never_up_ending_ = 0;
  std::uint32_t bad_ = 0;  // Managers of this program that have failed at once, while there is a former one.
  State state_;
};

extern Pace pace;

// Ends all children, and theirs, with KILL, as far as that can be done within two seconds.
void kill_everybody() noexcept;

}  // namespace sup::guard
