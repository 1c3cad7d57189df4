#!/bin/bash
# The flags for C++ that Verilator wrote, one a line, for every script that compiles it.   rtl/verilated_flags.sh [COVERAGE]
# COVERAGE: 1 if Verilator was told to count what is covered. SystemVerilog's signed arithmetic wraps around, and Verilator's runtime
# leaves that to C++'s, which must wrap around, too.
set -euo pipefail
include=$(verilator --getenv VERILATOR_ROOT)/include
printf '%s\n' -std=c++20 -fwrapv -w "-isystem$include" "-isystem$include/vltstd" "-DVM_COVERAGE=${1-0}" -DVM_SC=0 -DVM_TRACE=0
