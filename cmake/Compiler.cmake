# SPDX-License-Identifier: Apache-2.0
# Language level, warnings and sanitizers, the same for every target.
# No -march flag here or anywhere: a binary built on one x86-64 machine runs on all of them,
# and code that wants wider registers chooses its kernel at run time (libs/vector).
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(lookalike_compile_options INTERFACE)
target_compile_options(lookalike_compile_options INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror)
target_include_directories(lookalike_compile_options INTERFACE ${PROJECT_SOURCE_DIR})

if(LOOKALIKE_SANITIZER)
  add_compile_options(-fsanitize=${LOOKALIKE_SANITIZER} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LOOKALIKE_SANITIZER})
endif()
if(LOOKALIKE_THREAD_SAFETY)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "LOOKALIKE_THREAD_SAFETY needs Clang: use the preset clang-tsa")
  endif()
  target_compile_options(lookalike_compile_options INTERFACE -Wthread-safety)
endif()

# A program names only the shared libraries that it uses: the search service starts without LibTorch and OpenCV.
add_link_options(-Wl,--as-needed)
