# Language standard, build type and sanitizers: what holds for every file that is compiled, generated ones too.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()
# -O2 because -O3 costs build time and gains nothing here: the hot loops ask for what they need themselves.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")

set(NPUFORGE_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined (empty: none)")
if(NPUFORGE_SANITIZE)
  add_compile_options(-fsanitize=${NPUFORGE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${NPUFORGE_SANITIZE})
endif()

option(NPUFORGE_FUZZ "Build the libFuzzer targets (clang only)" OFF)
if(NPUFORGE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
