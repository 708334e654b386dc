# SPDX-License-Identifier: Apache-2.0

# lookalike_library(<name> SOURCES <file>... [PUBLIC <target>...] [PRIVATE <target>...])
# A library of the project: target lookalike_<name>, included as "libs/<name>/<header>.h".
# PUBLIC are the targets that its headers include; PRIVATE those that only its sources do.
function(lookalike_library name)
  cmake_parse_arguments(LIB "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(lookalike_${name} STATIC ${LIB_SOURCES})
  target_link_libraries(lookalike_${name}
    PUBLIC ${LIB_PUBLIC} PRIVATE lookalike_compile_options ${LIB_PRIVATE})
  target_include_directories(lookalike_${name} PUBLIC ${PROJECT_SOURCE_DIR})
endfunction()

# lookalike_test(<name> SOURCES <file>... LINK <target>... [TIMEOUT <seconds>] [LABELS <label>...])
# A GoogleTest program; every test in it becomes a test of ctest.
function(lookalike_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  if(LOOKALIKE_SANITIZER)
    math(EXPR TEST_TIMEOUT "4 * ${TEST_TIMEOUT}")  # they slow a program down many times
  endif()
  if(NOT TEST_LABELS)
    set(TEST_LABELS unit)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE lookalike_compile_options ${TEST_LINK} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES TIMEOUT ${TEST_TIMEOUT} LABELS "${TEST_LABELS}")
endfunction()
