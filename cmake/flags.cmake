# Compiler and linker flags of every target, in one interface library.
add_library(sup_flags INTERFACE)
target_compile_definitions(sup_flags INTERFACE _GNU_SOURCE SUP_VERSION="${PROJECT_VERSION}")
target_compile_options(sup_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Wnon-virtual-dtor
                                           -Werror -fstack-protector-strong -fno-plt)
# g++ 12 sees overlapping copies in every std::string operator+ (GCC bug 105651, mended in 13), and uninitialised members of
# the alternatives that a moved std::variant does not hold. With compiled headers it also reports of the standard library what it is
# silent of without them (array-bounds).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(sup_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
# Where the tree lies is nobody's business but the builder's: the same source makes the same bytes in each folder. Not for the fuzzers
# and the sanitizers, whose reports name files that people open.
if(NOT SUP_SANITIZE)
  target_compile_options(sup_flags INTERFACE "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")
endif()
# PIE everywhere, so that what is tested is what is shipped.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
target_link_options(sup_flags INTERFACE -Wl,-z,relro,-z,now -Wl,-z,noexecstack)

if(SUP_SANITIZE)
  target_compile_options(sup_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sup_flags INTERFACE -fsanitize=address,undefined)
else()
  # Fortify needs optimisation; some distributions predefine another level.
  target_compile_options(sup_flags INTERFACE $<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE>
                                             $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=3>
                                             -ffunction-sections -fdata-sections)
  target_link_options(sup_flags INTERFACE -Wl,--gc-sections)
endif()
# Sanitized programs are large, and there are two dozen of them.
if(SUP_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  include(CheckLinkerFlag)
  check_linker_flag(CXX "-fuse-ld=lld" SUP_HAS_LLD)
  target_link_options(sup_flags INTERFACE $<$<BOOL:${SUP_HAS_LLD}>:-fuse-ld=lld>)
endif()
if(SUP_FUZZ)
  target_compile_options(sup_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
