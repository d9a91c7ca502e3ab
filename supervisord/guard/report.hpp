// What the guard says on standard error: rarely, without allocation, and never waiting for who reads it.
#pragma once

#include <string_view>

#include "base/time.hpp"
#include "guard/message.hpp"

namespace sup::guard {

// "supervisord: the manager (pid 7) was killed by SEGV; starting it again in 100ms".
void report_death(const Ended& manager, Duration pause) noexcept;
// The same, and why that is all. Without a pid: "supervisord: no manager can be made; ...".
void report_end(const Ended& manager, std::string_view consequence) noexcept;
// "supervisord: cannot <what>: <text of the errno>".
void report_failure(std::string_view what, int error_number) noexcept;

}  // namespace sup::guard
