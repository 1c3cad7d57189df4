# Text tests (*.mlir, *.test), run by LLVM's lit. A folder that has any becomes the one ctest test `lit.<folder>`.
find_program(LIT_PROGRAM lit HINTS /usr/lib/llvm-22/bin NO_DEFAULT_PATH REQUIRED)

function(npuforge_lit_suite folder)
  set(root "${CMAKE_CURRENT_SOURCE_DIR}/${folder}")
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${root}/*.mlir" "${root}/*.test")
  if(files)
    add_test(NAME lit.${folder}
             COMMAND "${LIT_PROGRAM}" -v --no-progress-bar -j2 --param "build=${CMAKE_BINARY_DIR}" "${root}")
    set_tests_properties(lit.${folder} PROPERTIES PROCESSORS 2 TIMEOUT 600)
  endif()
endfunction()
