// What the init of a machine does before anything else: the kernel's own file systems, the console, the name of the
// machine, the loopback interface, Ctrl-Alt-Del. File systems on disks, devices and networks are the business of
// services.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace sup::machine {

// Why the process `self`, this one or its parent, cannot be the init of a machine; nothing if it can. Mounts /proc
// where it is missing, since only that tells a container from a machine.
[[nodiscard]] std::optional<std::string> why_not_here(pid_t self);

// Whether the program was started under the name `init`.
[[nodiscard]] bool is_named_init(std::string_view program) noexcept;

// The kernel hands unknown words of its command line to init. These ask for a shell before anything is started.
[[nodiscard]] bool wants_shell(std::string_view word) noexcept;

// Call it in PID 1, before there is another process. Whatever fails is said once and costs only itself. Returns with
// descriptors 0 to 2 on the console.
void prepare();

}  // namespace sup::machine
