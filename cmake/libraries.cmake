# How the libraries are linked. A supervisor is started first and lives longest, so what it does not use should cost it neither
# memory nor start-up time: header-only or static where the distribution ships that, and only the C library is shared. Measured
# with 10 services: see tests/bench/RESULTS.md.
add_library(sup_fmt INTERFACE)
target_link_libraries(sup_fmt INTERFACE fmt::fmt-header-only)

add_library(sup_spdlog INTERFACE)
target_link_libraries(sup_spdlog INTERFACE spdlog::spdlog_header_only)

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

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT SUP_SANITIZE AND NOT SUP_SHARES_STDCXX)
  add_link_options(-static-libstdc++ -static-libgcc)
endif()

# toml++ 3.3 calls a place unreachable that letters like Cyrillic ones reach (is_non_ascii_horizontal_whitespace); the code that is
# made of it answers rightly all the same. Its one includer is compiled without that check.
if(SUP_SANITIZE)
  set_source_files_properties("${PROJECT_SOURCE_DIR}/supervisord/config/toml.cpp" PROPERTIES COMPILE_OPTIONS -fno-sanitize=unreachable)
endif()
