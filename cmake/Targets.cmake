# Helpers that keep the folders' CMakeLists.txt short. cmake/README.md shows each with an example.
include(GoogleTest)

# npuforge_add_folders(folder...): adds the subfolders that have a CMakeLists.txt, in the order given.
function(npuforge_add_folders)
  foreach(folder IN LISTS ARGN)
    if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt")
      add_subdirectory("${folder}")
    endif()
  endforeach()
endfunction()

# npuforge_library(part SOURCES file... [DEPS target...] [PRIVATE_DEPS target...])
# Static library npuforge_<part>, known as npuforge::<part>; public headers are below include/.
function(npuforge_library part)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS;PRIVATE_DEPS")
  npuforge_check_arguments("npuforge_library(${part})")
  set(name "npuforge_${part}")
  add_library(${name} STATIC ${arg_SOURCES})
  add_library(npuforge::${part} ALIAS ${name})
  target_include_directories(${name} PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/include"
                                     PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
  target_link_libraries(${name} PUBLIC ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS} npuforge_options)
endfunction()

# npuforge_program(name SOURCES file... [DEPS target...]): build/bin/<name>, with CLI11, version and paths.
function(npuforge_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS")
  npuforge_check_arguments("npuforge_program(${name})")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} CLI11::CLI11 npuforge_version npuforge_paths npuforge_options)
endfunction()

# npuforge_test(name SOURCES file... [DEPS target...] [LABEL label] [TIMEOUT seconds])
# A GoogleTest program; ctest knows each of its tests as <name>.<Suite>.<Test>. The label `long` keeps it out of
# `./dev test` and leaves it to `./dev verify`.
function(npuforge_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT;LABEL" "SOURCES;DEPS")
  npuforge_check_arguments("npuforge_test(${name})")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set(properties TIMEOUT ${arg_TIMEOUT})
  if(arg_LABEL)
    list(APPEND properties LABELS ${arg_LABEL})
  endif()
  set(target "${name}_test")
  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/testbin")
  # gtest_main comes first: libsystemc brings a main of its own.
  target_link_libraries(${target} PRIVATE GTest::gtest_main GTest::gmock ${arg_DEPS} npuforge_paths npuforge_options)
  # Found when ctest starts, so that a build needs not run what it has built.
  gtest_discover_tests(${target} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES ${properties})
endfunction()

# npuforge_fuzzer(name SOURCES file... [DEPS target...]): a libFuzzer program in the `fuzz` preset, nothing elsewhere.
function(npuforge_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS")
  npuforge_check_arguments("npuforge_fuzzer(${name})")
  if(NPUFORGE_FUZZ)
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_DEPS} npuforge_paths npuforge_options -fsanitize=fuzzer)
  endif()
endfunction()

# A misspelt keyword or a target without sources is an error, not a surprise at link time.
function(npuforge_check_arguments where)
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${where}: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  elseif(NOT arg_SOURCES)
    message(FATAL_ERROR "${where}: no SOURCES")
  endif()
endfunction()
