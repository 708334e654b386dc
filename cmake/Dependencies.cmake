# SPDX-License-Identifier: Apache-2.0
# Every library that the project uses, found as Debian installs it (scripts/install-deps). Nothing is fetched.
# Headers without a CMake package of their own get an imported target here, so that the rest of the build
# names every dependency the same way.
include(GNUInstallDirs)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(OpenSSL REQUIRED)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
find_package(spdlog CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
# Torch before RocksDB: RocksDB brings a module that finds gflags in a way that leaves Torch's target without a file.
find_package(Torch REQUIRED)
find_package(RocksDB CONFIG REQUIRED)

# Debian's libopencv-*-dev ship CMake files only with the whole of libopencv-dev (58 packages more).
find_path(OPENCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
add_library(lookalike_opencv INTERFACE)
target_include_directories(lookalike_opencv SYSTEM INTERFACE ${OPENCV_INCLUDE_DIR})
foreach(module core imgproc imgcodecs)
  find_library(OPENCV_${module} opencv_${module} REQUIRED)
  target_link_libraries(lookalike_opencv INTERFACE ${OPENCV_${module}})
endforeach()

# What decodes pictures from outside; OpenCV encodes, resizes and draws.
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(GIF REQUIRED)
find_package(TIFF REQUIRED)
pkg_check_modules(webp REQUIRED IMPORTED_TARGET libwebp)

find_path(HNSWLIB_INCLUDE_DIR hnswlib/hnswlib.h REQUIRED)
add_library(lookalike_hnswlib INTERFACE)
target_include_directories(lookalike_hnswlib SYSTEM INTERFACE ${HNSWLIB_INCLUDE_DIR})

find_path(ROARING_INCLUDE_DIR roaring/roaring.h REQUIRED)
find_library(ROARING_LIBRARY roaring REQUIRED)
add_library(lookalike_roaring INTERFACE)
target_include_directories(lookalike_roaring SYSTEM INTERFACE ${ROARING_INCLUDE_DIR})
target_link_libraries(lookalike_roaring INTERFACE ${ROARING_LIBRARY})

if(LOOKALIKE_BUILD_SERVICES)
  find_package(Protobuf REQUIRED)
  find_package(gRPC CONFIG REQUIRED)
  find_package(CLI11 CONFIG REQUIRED)
  pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)

  find_path(LIBCSV_INCLUDE_DIR csv.h REQUIRED)
  find_library(LIBCSV_LIBRARY csv REQUIRED)
  add_library(lookalike_libcsv INTERFACE)
  target_include_directories(lookalike_libcsv SYSTEM INTERFACE ${LIBCSV_INCLUDE_DIR})
  target_link_libraries(lookalike_libcsv INTERFACE ${LIBCSV_LIBRARY})
endif()
if(LOOKALIKE_BUILD_TESTS)
  find_package(GTest CONFIG REQUIRED)
  include(GoogleTest)
endif()
if(LOOKALIKE_BUILD_BENCHMARKS)
  find_package(benchmark CONFIG REQUIRED)
endif()
