# Two interface targets:
#   npuforge_codegen  how code is generated; for generated sources (Verilated models, protobuf) as well
#   npuforge_options  the same plus our warnings; every library, program and test of ours has it

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(default_arch x86-64-v3) # AVX2 and FMA: what the simulator's kernels are written for
endif()
set(NPUFORGE_ARCH "${default_arch}" CACHE STRING "-march= of all our code (empty: the compiler's default)")
option(NPUFORGE_WERROR "Warnings are errors" ON)

add_library(npuforge_codegen INTERFACE)
# Results must not depend on what the optimiser fuses: a fused multiply-add is written as std::fma.
target_compile_options(npuforge_codegen INTERFACE -ffp-contract=off)
if(NPUFORGE_ARCH)
  target_compile_options(npuforge_codegen INTERFACE -march=${NPUFORGE_ARCH})
endif()

add_library(npuforge_options INTERFACE)
target_link_libraries(npuforge_options INTERFACE npuforge_codegen)
target_compile_options(npuforge_options INTERFACE
  -Wall -Wextra $<$<BOOL:${NPUFORGE_WERROR}>:-Werror>)
