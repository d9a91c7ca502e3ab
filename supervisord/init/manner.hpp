// How an init talks: the same things happen under every name, and each program has its own words for some of them.
//
// A manner is a table. Nothing here decides what is done.
#pragma once

#include <array>
#include <span>

#include "sys/line.hpp"

namespace sup::init {

// How loud one has to be asked to be to hear it.
enum class Level : unsigned char { always, warning, info, debug, trace };
inline constexpr int kLevelCount = 5;

// What happens.
enum class Note : unsigned char {
  became_reaper,    // As it was asked to.
  cannot_reap,      // It was asked to and cannot.
  reaps_nothing,    // Nobody asked, and it could not be done.
  cannot_tie,       // The signal for the parent's death.
  detached_leader,  // The terminal was given up, and with it the whole session.
  detached,         // The terminal was given up.
  not_detached,     // There is none to give up.
  cannot_fork,      //
  no_tty_device,    // In the child: /dev/tty cannot be opened.
  no_terminal,      // In the child: so there is no terminal to be in the foreground of.
  cannot_lead,      // In the child: no session of its own.
  not_attached,     // In the child: the new session gets no terminal.
  leads,            // In the child: it has a session of its own.
  cannot_execute,   // In the child.
  spawned,          //
  arrived,          // Any signal.
  child_signal,     // SIGCHLD.
  handed_off,       // The signal was the terminal's good-bye to us.
  passing,          // A signal, before it is sent on.
  rewritten,        // To another one.
  dropped,          // Not sent on.
  gone,             // Nobody was there to get it.
  not_forwarded,    // It could not be sent on.
  forwarded,        //
  suspending,       //
  reaped,           // Anybody who has ended.
  exited,           // Anybody, by himself.
  killed,           // Anybody, by a signal.
  main_exited,      //
  main_killed,      //
  other_exited,     //
  other_killed,     //
  other_reaped,     // Told only where that was asked for.
  none_ended,       // Nobody else has ended.
  none_left,        // There are no children any more.
  telling_others,   // CMD has ended; who is left gets a signal.
  killing_others,   // Their time is up.
  leaving,          //
};

// In `text` stand for what is known: %m our own pid, %p a pid, %n a signal's number, %N its name, %S its description,
// %o another number (an exit code, another signal), %O the name of that, %e the text of an errno, %E its number, %c the
// command, %q the same for a person's eyes.
struct Saying {
  Note note;
  Level level;
  const char* text;
};

// What stands before each line of a level, and where it goes.
struct Prefix {
  int fd;
  const char* text;
};

struct Manner {
  std::array<Prefix, kLevelCount> prefixes;
  std::span<const Saying> sayings;
};

struct Facts {
  int pid = 0;
  int signal = 0;
  int other = 0;
  int error = 0;
  const char* command = "";
};

// Writes what this manner has to say about it at this verbosity (the highest Level that is heard).
void tell(const Manner& manner, unsigned verbosity, Note note, const Facts& facts = {}) noexcept;

// A template with everything filled in. For tell() and its tests.
void fill(sys::Line& out, const char* text, const Facts& facts) noexcept;

}  // namespace sup::init
