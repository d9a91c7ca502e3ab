# The headers that most files of a target include, compiled once for it instead of once per file. A file includes what it uses all
# the same: clang-tidy's build (the preset tidy) has none of these.
set(SUP_STANDARD_HEADERS <algorithm> <array> <cstdint> <map> <optional> <string> <string_view> <utility> <vector> <fmt/format.h>)
#
# clang takes a compiled header only while its sources are as old as they were; ccache may bring one that was compiled of the same bytes
# at another time.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(SUP_PCH_OPTIONS -Xclang -fno-pch-timestamp)
endif()
function(compile_headers_once target)
  target_compile_options(${target} PRIVATE ${SUP_PCH_OPTIONS})
  target_precompile_headers(${target} PRIVATE ${SUP_STANDARD_HEADERS} ${ARGN})
endfunction()

set(daemon "${PROJECT_SOURCE_DIR}/supervisord")
compile_headers_once(room_sys <expected> "${daemon}/base/result.hpp")
compile_headers_once(room_log <chrono> "${daemon}/base/time.hpp")
compile_headers_once(room_config "${daemon}/spec/spec_set.hpp" "${daemon}/config/value.hpp")
compile_headers_once(room_import "${daemon}/import/option.hpp")
compile_headers_once(room_engine "${daemon}/engine/engine.hpp")
compile_headers_once(room_wire "${daemon}/wire/messages.hpp")
compile_headers_once(room_daemon "${daemon}/daemon/handlers.hpp" "${daemon}/daemon/supervisor.hpp")
compile_headers_once(room_ctl "${PROJECT_SOURCE_DIR}/ctl/verbs.hpp")
if(SUP_TESTS AND NOT SUP_FUZZ)
  compile_headers_once(sim_universe "${daemon}/engine/engine.hpp")
  # Not Catch2's: its CHECK has to come after that of base/check.hpp.
  compile_headers_once(unit_tests "${daemon}/config/load.hpp" "${PROJECT_SOURCE_DIR}/tests/unit/engine_story.hpp")
  compile_headers_once(sys_tests <filesystem>)
endif()
