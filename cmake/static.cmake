# supervisord and ctl once more, as one file each that needs no library where it runs: for `FROM scratch`, rescue disks, strange
# distributions. They are made of the same objects as the others, and only if asked for (`make static`).
#
# With glibc, as static-pie: a static C library of musl's kind would be the better one, but Debian has no libstdc++ for it (musl-tools is
# for C alone). What glibc costs is users: its static getpwnam(3) reads /etc/passwd and /etc/group itself, also without
# /etc/nsswitch.conf, but whatever else that file names (sss, ldap, systemd) it can load only from the libraries of the glibc that it was linked
# with, and goes on without where they are not. That is what the linker's warnings are about, and docs/guide/installing.md tells it.
if(NOT (LIBUV_STATIC AND RE2_STATIC AND ZLIB_STATIC AND ZSTD_STATIC AND SUP_CURSES_IS_STATIC) OR SUP_SHARES_STDCXX OR SUP_SANITIZE)
  return()
endif()

include(CheckLinkerFlag)
check_linker_flag(CXX "-Wl,--no-warnings" SUP_LINKER_CAN_BE_SILENT)

function(static_twin name)
  unset(CMAKE_POSITION_INDEPENDENT_CODE)  # It would say -pie at the end.
  add_executable(${name}_static EXCLUDE_FROM_ALL ${ARGN})
  # In place of -static-libstdc++, which asks for the shared C library.
  set_target_properties(${name}_static PROPERTIES LINK_OPTIONS "-static-pie" OUTPUT_NAME ${name}
                                                  RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/static")
  target_compile_options(${name}_static PRIVATE -fPIE)
  target_link_options(${name}_static PRIVATE $<$<BOOL:${SUP_LINKER_CAN_BE_SILENT}>:-Wl,--no-warnings>)
  target_link_libraries(${name}_static PRIVATE sup_flags)
endfunction()

static_twin(supervisord)
target_link_libraries(supervisord_static PRIVATE supervisord_main)
static_twin(ctl ctl/main.cpp)
target_link_libraries(ctl_static PRIVATE room_ctl)
