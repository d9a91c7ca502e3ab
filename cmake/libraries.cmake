# How the libraries are linked. A supervisor is started first and lives longest, so what it does not use should cost it neither
# memory nor start-up time: header-only or static where the distribution ships that, and only the C library is shared. Measured
# with 10 services: see tests/bench/RESULTS.md.
# fmt and spdlog: the distribution's headers, with what they leave to fmt's library in one file of ours. That file names parts of
# fmt that are not its public interface; where a version of fmt has others, every file compiles its own copy.
get_target_property(SUP_FMT_INCLUDE_DIRS fmt::fmt-header-only INTERFACE_INCLUDE_DIRECTORIES)
try_compile(SUP_COMPILES_FMT "${PROJECT_BINARY_DIR}/compiled_fmt"
            SOURCES "${PROJECT_SOURCE_DIR}/cmake/compiled_fmt.cpp" "${PROJECT_SOURCE_DIR}/cmake/uses_fmt.cpp"
            CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${SUP_FMT_INCLUDE_DIRS}"
            CXX_STANDARD 23)
if(SUP_COMPILES_FMT)
  add_library(sup_fmt STATIC "${PROJECT_SOURCE_DIR}/cmake/compiled_fmt.cpp")
  target_include_directories(sup_fmt SYSTEM PUBLIC ${SUP_FMT_INCLUDE_DIRS})
  target_link_libraries(sup_fmt PRIVATE sup_flags)
else()
  add_library(sup_fmt INTERFACE)
  target_link_libraries(sup_fmt INTERFACE fmt::fmt-header-only)
endif()

add_library(sup_spdlog INTERFACE)
target_include_directories(sup_spdlog SYSTEM INTERFACE $<TARGET_PROPERTY:spdlog::spdlog_header_only,INTERFACE_INCLUDE_DIRECTORIES>)
target_compile_definitions(sup_spdlog INTERFACE $<TARGET_PROPERTY:spdlog::spdlog_header_only,INTERFACE_COMPILE_DEFINITIONS>)
target_link_libraries(sup_spdlog INTERFACE sup_fmt)

# The header-only form; one file includes it.
add_library(sup_toml INTERFACE)
target_include_directories(sup_toml SYSTEM INTERFACE ${TOMLPLUSPLUS_INCLUDE_DIR})
target_compile_definitions(sup_toml INTERFACE TOML_HEADER_ONLY=1)

add_library(sup_uv INTERFACE)
find_library(LIBUV_STATIC NAMES libuv_a.a libuv.a)
if(LIBUV_STATIC)
  target_include_directories(sup_uv INTERFACE ${LIBUV_INCLUDE_DIRS})
  target_link_libraries(sup_uv INTERFACE ${LIBUV_STATIC} Threads::Threads ${CMAKE_DL_LIBS})
else()
  target_link_libraries(sup_uv INTERFACE PkgConfig::LIBUV)
endif()

# Static where the library needs nothing else: newer versions stand on Abseil, and are shared.
add_library(sup_re2 INTERFACE)
find_library(RE2_STATIC NAMES libre2.a)
if(RE2_STATIC AND NOT RE2_STATIC_LDFLAGS MATCHES absl)
  target_include_directories(sup_re2 INTERFACE ${RE2_INCLUDE_DIRS})
  target_link_libraries(sup_re2 INTERFACE ${RE2_STATIC} Threads::Threads)
else()
  target_link_libraries(sup_re2 INTERFACE PkgConfig::RE2)
  set(SUP_SHARES_STDCXX ON)  # It brings the shared library of C++; a second one would be one too many.
endif()

# What ctl imports may be YAML.
add_library(sup_yaml INTERFACE)
find_library(YAML_STATIC NAMES libyaml.a)
if(YAML_STATIC)
  target_include_directories(sup_yaml INTERFACE ${YAML_INCLUDE_DIRS})
  target_link_libraries(sup_yaml INTERFACE ${YAML_STATIC})
else()
  target_link_libraries(sup_yaml INTERFACE PkgConfig::YAML)
endif()

# Old log files are compressed with these.
add_library(sup_zlib INTERFACE)
find_library(ZLIB_STATIC NAMES libz.a)
if(ZLIB_STATIC)
  target_include_directories(sup_zlib INTERFACE ${ZLIB_INCLUDE_DIRS})
  target_link_libraries(sup_zlib INTERFACE ${ZLIB_STATIC})
else()
  target_link_libraries(sup_zlib INTERFACE ZLIB::ZLIB)
endif()

add_library(sup_zstd INTERFACE)
find_library(ZSTD_STATIC NAMES libzstd.a)
if(ZSTD_STATIC)
  target_include_directories(sup_zstd INTERFACE ${ZSTD_INCLUDE_DIRS})
  target_link_libraries(sup_zstd INTERFACE ${ZSTD_STATIC} Threads::Threads)
else()
  target_link_libraries(sup_zstd INTERFACE PkgConfig::ZSTD)
endif()

# The screen of `ctl top`. Some distributions keep what it knows of terminals in a library of its own.
add_library(sup_curses INTERFACE)
target_compile_definitions(sup_curses INTERFACE NCURSES_NOMACROS) # They have the names of functions of ours and of std.
find_library(NCURSES_STATIC NAMES libncursesw.a)
find_library(TINFO_STATIC NAMES libtinfo.a)
if(NCURSES_STATIC AND (TINFO_STATIC OR NOT "${NCURSES_LIBRARIES}" MATCHES tinfo))
  set(SUP_CURSES_IS_STATIC ON)
  target_include_directories(sup_curses INTERFACE ${NCURSES_INCLUDE_DIRS})
  target_link_libraries(sup_curses INTERFACE ${NCURSES_STATIC} $<$<BOOL:${TINFO_STATIC}>:${TINFO_STATIC}>)
else()
  target_link_libraries(sup_curses INTERFACE PkgConfig::NCURSES)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT SUP_SANITIZE AND NOT SUP_SHARES_STDCXX)
  add_link_options(-static-libstdc++ -static-libgcc)
endif()

# toml++ 3.3 calls a place unreachable that letters like Cyrillic ones reach (is_non_ascii_horizontal_whitespace); the code that is
# made of it answers rightly all the same. Its one includer is compiled without that check.
if(SUP_SANITIZE)
  set_source_files_properties("${PROJECT_SOURCE_DIR}/supervisord/config/toml.cpp" PROPERTIES COMPILE_OPTIONS -fno-sanitize=unreachable
                                                                                                SKIP_PRECOMPILE_HEADERS ON)
endif()
