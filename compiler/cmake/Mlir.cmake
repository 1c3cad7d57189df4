# How a folder of the compiler is built.
#
#   npuforge_dialect(GraphOps.td graph)     # TableGen -> <build>/include/npuforge/compiler/<folder>/GraphOps*.inc
#   npuforge_passes(Passes.td Graph)        # TableGen -> .../Passes.h.inc
#   npuforge_compiler_library(graph SOURCES src/a.cc DEPS ...)   # static library npuforge::compiler_graph
#
# Public headers and .td files are in <folder>/include/npuforge/compiler/<folder>/.
set(NPUFORGE_TBLGEN "${MLIR_TABLEGEN_EXE}")
if(NOT NPUFORGE_TBLGEN OR NOT EXISTS "${NPUFORGE_TBLGEN}")
  find_program(NPUFORGE_TBLGEN_PROGRAM mlir-tblgen HINTS /usr/lib/llvm-22/bin REQUIRED)
  set(NPUFORGE_TBLGEN "${NPUFORGE_TBLGEN_PROGRAM}")
endif()

# Everything that includes MLIR: headers as system headers, the two shared libraries, one precompiled header for all.
add_library(npuforge_mlir INTERFACE)
target_include_directories(npuforge_mlir SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
target_link_libraries(npuforge_mlir INTERFACE MLIR LLVM)

add_library(npuforge_mlir_pch STATIC "${CMAKE_CURRENT_LIST_DIR}/pch.cc")
target_link_libraries(npuforge_mlir_pch PRIVATE npuforge_mlir npuforge_options)
target_precompile_headers(npuforge_mlir_pch PRIVATE "${CMAKE_CURRENT_LIST_DIR}/pch.h")

# npuforge_tablegen(file.td output generator...): adds the output to the folder's list of generated files.
function(npuforge_tablegen td output)
  get_filename_component(folder "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
  set(source "${CMAKE_CURRENT_SOURCE_DIR}/include/npuforge/compiler/${folder}/${td}")
  set(target "${CMAKE_CURRENT_BINARY_DIR}/include/npuforge/compiler/${folder}/${output}")
  get_filename_component(directory "${target}" DIRECTORY)
  file(MAKE_DIRECTORY "${directory}")
  file(GLOB siblings CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/include/npuforge/compiler/${folder}/*.td")
  add_custom_command(OUTPUT "${target}"
    COMMAND "${NPUFORGE_TBLGEN}" ${ARGN} "${source}" -o "${target}" --write-if-changed
            -I "${CMAKE_CURRENT_SOURCE_DIR}/include" -I "${CMAKE_SOURCE_DIR}/compiler/graph/include"
            -I /usr/lib/llvm-22/include
    COMMAND "${CMAKE_COMMAND}" -E touch "${target}"
    DEPENDS ${siblings} COMMENT "TableGen ${folder}/${output}")
  set_property(DIRECTORY APPEND PROPERTY npuforge_generated "${target}")
endfunction()

# npuforge_dialect(GraphOps.td graph): declarations and definitions of the dialect and its operations.
function(npuforge_dialect td dialect)
  get_filename_component(stem "${td}" NAME_WE)
  npuforge_tablegen(${td} ${stem}.h.inc -gen-op-decls)
  npuforge_tablegen(${td} ${stem}.cpp.inc -gen-op-defs)
  npuforge_tablegen(${td} ${stem}Attributes.h.inc -gen-attrdef-decls -attrdefs-dialect=${dialect})
  npuforge_tablegen(${td} ${stem}Attributes.cpp.inc -gen-attrdef-defs -attrdefs-dialect=${dialect})
  npuforge_tablegen(${td} ${stem}Dialect.h.inc -gen-dialect-decls -dialect=${dialect})
  npuforge_tablegen(${td} ${stem}Dialect.cpp.inc -gen-dialect-defs -dialect=${dialect})
endfunction()

# npuforge_passes(Passes.td Graph): registerGraphPasses() and the passes' base classes.
function(npuforge_passes td name)
  get_filename_component(stem "${td}" NAME_WE)
  npuforge_tablegen(${td} ${stem}.h.inc -gen-pass-decls -name=${name})
endfunction()

function(npuforge_compiler_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS;PRIVATE_DEPS")
  npuforge_check_arguments("npuforge_compiler_library(${folder})")
  npuforge_library(compiler_${folder} SOURCES ${arg_SOURCES}
                   DEPS npuforge_mlir ${arg_DEPS} PRIVATE_DEPS ${arg_PRIVATE_DEPS})
  set(name npuforge_compiler_${folder})
  get_property(generated DIRECTORY PROPERTY npuforge_generated)
  if(generated)
    add_custom_target(${name}_tablegen DEPENDS ${generated})
    add_dependencies(${name} ${name}_tablegen)
    target_include_directories(${name} SYSTEM PUBLIC "${CMAKE_CURRENT_BINARY_DIR}/include")
  endif()
  foreach(dep IN LISTS arg_DEPS arg_PRIVATE_DEPS) # their generated headers are needed first
    if(NOT TARGET ${dep})
      continue() # reported when the target is linked
    endif()
    get_target_property(aliased ${dep} ALIASED_TARGET)
    if(aliased AND TARGET ${aliased}_tablegen)
      add_dependencies(${name} ${aliased}_tablegen)
    endif()
  endforeach()
  target_precompile_headers(${name} REUSE_FROM npuforge_mlir_pch)
endfunction()
