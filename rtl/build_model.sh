#!/bin/bash
# Builds the Verilated model of a machine as one shared library.
#
#   rtl/build_model.sh SPEC OUTDIR [--fault N] [--npuisa PROGRAM] [--arch ARCH] [--asserts] [--coverage] [--quick]
#
# SPEC is a reference machine's name or a YAML file. The library is OUTDIR/librtl_<machine>.so (with a fault:
# librtl_<machine>_fault<N>.so), replaced whole; generated sources stay below OUTDIR/<machine>. --fault N plants fault N of
# npu_fault_pkg.sv. --asserts keeps assertions and random initial values, for tests, and --coverage counts what is
# covered; the model is then slower. --quick compiles in less time for a slower model, for short programs.
set -euo pipefail

rtl=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() { sed -n '4,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ $# -ge 2 ] || usage
spec=$1 out=$2; shift 2
fault=0 npuisa=npuisa arch=x86-64-v3 asserts=no coverage=0 optimize=-O3
while [ $# -gt 0 ]; do
  case $1 in
    --fault) fault=${2:?}; shift 2 ;;
    --npuisa) npuisa=${2:?}; shift 2 ;;
    --arch) arch=${2?}; shift 2 ;;
    --asserts) asserts=yes; shift ;;
    --coverage) coverage=1 optimize=-O1; shift ;;
    --quick) optimize=-O1; shift ;;
    *) echo "build_model.sh: unknown option $1" >&2; usage ;;
  esac
done

mkdir -p "$out"
work=$(mktemp -d "$out/building.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The generated modules, then the name of the machine and the sizes that the C++ side needs.
"$npuisa" generate "$spec" --sv "$work/sv"
pkg=$work/sv/npu_pkg.sv
name=$(sed -n '1s/.*the spec of \([^ ]*\) (\([0-9a-f]*\)).*/\1/p' "$pkg")
hash=$(sed -n '1s/.*the spec of \([^ ]*\) (\([0-9a-f]*\)).*/\2/p' "$pkg")
size() { sed -n "s/^  localparam int unsigned $1 = \([0-9]*\);.*/\1/p" "$pkg"; }
suffix=""; [ "$fault" = 0 ] || suffix=_fault$fault
{
  echo "#define NPU_MODEL_NAME \"$name\""
  echo "#define NPU_MODEL_HASH \"$hash\""
  echo "#define NPU_MODEL_BEAT_BYTES $(size BeatBytes)"
  echo "#define NPU_MODEL_CORES $(size Cores)"
  echo "#define NPU_MODEL_FAULT $fault"
} > "$work/model_config.h"

# Copies of the memories, core by core and bank by bank. Verilator names every bank's memory by its place in the hierarchy.
memory() { echo "root.npu_top__DOT__u_cluster__DOT__gen_core__BRA__$1__KET____DOT__u_core__DOT__$2__BRA__$3__KET____DOT__u_memory__DOT__memory"; }
{
  row=$(size ArrayCols) half_rows=$(($(size PadBankRows) / 2)) bank_rows=$(size AccBankRows)
  pad_bytes=$((2 * $(size PadBanks) * half_rows * row)) acc_bytes=$(($(size AccBanks) * bank_rows * 4 * row))
  each_core() { for ((core = 0; core < $(size Cores); core++)); do "$@"; done; }
  copy_halves() {
    for ((h = 0; h < 2 * $(size PadBanks); h++)); do
      echo "  for (int i = 0; i < $half_rows; ++i) std::memcpy(bytes + $((core * pad_bytes)) + (size_t{$((h / 2 * 2 * half_rows + h % 2))} + 2 * i) * $row, &$(memory $core u_scratchpad__DOT__gen_half $h)[i], $row);"
    done
  }
  copy_banks() {
    for ((b = 0; b < $(size AccBanks); b++)); do
      echo "  for (int i = 0; i < $bank_rows; ++i) std::memcpy(bytes + $((core * acc_bytes)) + (size_t{$((b * bank_rows))} + i) * $((4 * row)), &$(memory $core u_accumulator__DOT__gen_bank $b)[i], $((4 * row)));"
    done
  }
  clear() {
    for ((h = 0; h < 2 * $(size PadBanks); h++)); do
      echo "  std::memset(&$(memory $core u_scratchpad__DOT__gen_half $h), 0, sizeof $(memory $core u_scratchpad__DOT__gen_half $h));"
    done
    for ((b = 0; b < $(size AccBanks); b++)); do
      echo "  std::memset(&$(memory $core u_accumulator__DOT__gen_bank $b), 0, sizeof $(memory $core u_accumulator__DOT__gen_bank $b));"
    done
  }
  echo "void copy_scratchpad(const Vnpu_top___024root& root, uint8_t* bytes) {"
  each_core copy_halves
  echo "}"
  echo "void copy_accumulator(const Vnpu_top___024root& root, uint8_t* bytes) {"
  each_core copy_banks
  echo "}"
  echo "void clear_memories(Vnpu_top___024root& root) {"
  each_core clear
  echo "}"
} > "$work/model_memories.h"

mapfile -t modules < <("$rtl/sources.sh" "$work/sv")
flags=(--noassert --x-assign fast --x-initial fast)
[ $asserts = no ] || flags=(--assert --x-assign unique --x-initial unique)
[ $coverage = 0 ] || flags+=(--coverage-line --coverage-toggle)
verilator --cc --top-module npu_top --prefix Vnpu_top -Mdir "$work/cc" -O3 --unroll-count 1024 --unroll-stmts 1 --flatten --no-timing \
  "${flags[@]}" -DNPU_FAULT="$fault" "-I$rtl/fp" "${modules[@]}"

# Verilator's many files share one large header: read twice instead of once a file, they compile in a quarter of the time. What runs
# only before the first cycle is not optimised.
include() { printf '#include "%s"\n' "$@"; }
shopt -s extglob nullglob
include "$work"/cc/!(*Slow).cpp > "$work/cycles.cpp"
include "$work"/cc/*Slow.cpp > "$work/start.cpp"

root=$(verilator --getenv VERILATOR_ROOT)
compiler=(clang++-22); ! command -v ccache > /dev/null || compiler=(ccache "${compiler[@]}")
mapfile -t options < <("$rtl/verilated_flags.sh" "$coverage")
options+=(-fPIC -fvisibility=hidden -DNDEBUG -DVL_THREADED=0)
[ -z "$arch" ] || options+=("-march=$arch")
own=(-I"$work" -I"$work/cc" -I"$rtl/include")
compile() { "${compiler[@]}" "${options[@]}" "${@:2}" -c "$1" -o "$work/$(basename "$1").o"; }
compile "$work/cycles.cpp" "$optimize" "${own[@]}" &
cycles=$!
compile "$work/start.cpp" -O0 "${own[@]}"
compile "$rtl/model/model.cc" "$optimize" "${own[@]}"
for source in verilated verilated_threads verilated_cov; do
  [ $source != verilated_cov ] || [ $coverage = 1 ] || continue
  [ ! -e "$root/include/$source.cpp" ] || compile "$root/include/$source.cpp" -O3
done
wait "$cycles"
"${compiler[@]}" -shared -o "$work/model.so" "$work"/*.o -pthread

rm -rf "${out:?}/$name$suffix"
mkdir -p "$out/$name$suffix"
mv "$work"/sv "$work"/cc "$work"/model_*.h "$out/$name$suffix/"
mv "$work/model.so" "$out/librtl_$name$suffix.so"
