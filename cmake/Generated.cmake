# npuforge::version  #include "npuforge/version.h"
# npuforge::paths    string macros: where this source tree and its build are
configure_file("${CMAKE_SOURCE_DIR}/cmake/version.h.in"
               "${CMAKE_BINARY_DIR}/generated/npuforge/version.h" @ONLY)
add_library(npuforge_version INTERFACE)
target_include_directories(npuforge_version INTERFACE "${CMAKE_BINARY_DIR}/generated")
add_library(npuforge::version ALIAS npuforge_version)

add_library(npuforge_paths INTERFACE)
target_compile_definitions(npuforge_paths INTERFACE
  NPUFORGE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
  NPUFORGE_MACHINE_DIR="${CMAKE_SOURCE_DIR}/isa/machines"
  NPUFORGE_RTL_DIR="${CMAKE_SOURCE_DIR}/rtl"
  NPUFORGE_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
add_library(npuforge::paths ALIAS npuforge_paths)
