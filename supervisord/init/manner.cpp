#include "init/manner.hpp"

#include <unistd.h>

#include <csignal>
#include <cstring>

#include "base/signals.hpp"

namespace sup::init {
namespace {

// As strsignal(3), which allocates for numbers that have no name of their own.
sys::Line& add_description(sys::Line& out, int number) noexcept {
  if (number >= 1 && number <= 31) return out.add(::strsignal(number));
  const bool is_real_time = number >= SIGRTMIN && number <= SIGRTMAX;
  return out.add(is_real_time ? "Real-time signal " : "Unknown signal ").add(is_real_time ? number - SIGRTMIN : number);
}

// What a terminal could take for a command of its own is shown as a question mark.
sys::Line& add_printable(sys::Line& out, std::string_view text) noexcept {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.add(byte < 0x20 || byte == 0x7f ? std::string_view("?") : std::string_view(&c, 1));
  }
  return out;
}

sys::Line& add_directive(sys::Line& out, char directive, const Facts& facts) noexcept {
  switch (directive) {
    case 'm': return out.add(static_cast<int>(::getpid()));
    case 'p': return out.add(facts.pid);
    case 'n': return out.add(facts.signal);
    case 'N': return out.add(signal_name(Signal{facts.signal}));  // Short enough for a string without memory.
    case 'S': return add_description(out, facts.signal);
    case 'o': return out.add(facts.other);
    case 'O': return out.add(signal_name(Signal{facts.other}));
    case 'e': return out.add(std::strerror(facts.error));
    case 'E': return out.add(facts.error);
    case 'c': return out.add(facts.command);
    case 'q': return add_printable(out, facts.command);
    default: return out;
  }
}

}  // namespace

void fill(sys::Line& out, const char* text, const Facts& facts) noexcept {
  for (const char* at = text; *at != '\0'; ++at) {
    if (*at == '%' && at[1] != '\0')
      add_directive(out, *++at, facts);
    else
      out.add(std::string_view(at, 1));
  }
}

void tell(const Manner& manner, unsigned verbosity, Note note, const Facts& facts) noexcept {
  for (const Saying& saying : manner.sayings) {
    if (saying.note != note || static_cast<unsigned>(saying.level) > verbosity) continue;
    const Prefix& prefix = manner.prefixes[static_cast<std::size_t>(saying.level)];
    sys::Line line;
    fill(line, prefix.text, facts);
    fill(line, saying.text, facts);
    line.add("\n");
    sys::write_text(prefix.fd, line.text());
  }
}

}  // namespace sup::init
