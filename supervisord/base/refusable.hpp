// Memory that is refused: who can do without it, and who cannot.
//
// What a client wants, or the start of one process, may fail with std::bad_alloc: it is Refusable, and catches it. All
// else is not: half a step of the engine, or the end of a process that nobody notes, would be worse than waiting. So
// outside of a Refusable scope operator new does not throw; it uses a reserve, and then waits. See sys/memory.hpp.
#pragma once

namespace sup {

namespace detail {
inline constinit thread_local bool is_refusable = false;
}

// Whether the calling thread is in a scope that may be refused memory.
[[nodiscard]] inline bool is_refusable() noexcept { return detail::is_refusable; }

// While it lives, the calling thread may get std::bad_alloc.
class Refusable {
 public:
  Refusable() noexcept : before_(detail::is_refusable) { detail::is_refusable = true; }
  ~Refusable() { detail::is_refusable = before_; }
  Refusable(const Refusable&) = delete;
  Refusable& operator=(const Refusable&) = delete;

 private:
  bool before_;
};

// While it lives, the calling thread does not, even within a Refusable: what it does must not be left half done.
class Indispensable {
 public:
  Indispensable() noexcept : before_(detail::is_refusable) { detail::is_refusable = false; }
  ~Indispensable() { detail::is_refusable = before_; }
  Indispensable(const Indispensable&) = delete;
  Indispensable& operator=(const Indispensable&) = delete;

 private:
  bool before_;
};

}  // namespace sup
