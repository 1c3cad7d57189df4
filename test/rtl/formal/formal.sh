#!/bin/bash
# Checks a module of small.yaml for every input of so many cycles after reset, with yosys-smtbmc and z3.
#   test/rtl/formal/formal.sh NPUISA CHECK CYCLES [OPTION]...     CHECK.sv has the module's surroundings and what is asserted
#   --set PARAMETER=VALUE    of CHECK.sv
#   --refuted                an assertion must fail within the cycles, as the module is made wrong by one of
#   --fault N                a planted fault of npu_fault_pkg.sv
#   --mutate SED             an edit of npu_CHECK.sv
# Without --refuted, every cover statement must be reached, too: else the assumptions would leave nothing to check.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rtl=$here/../../../rtl
usage() { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ $# -ge 3 ] || usage
npuisa=$1 check=$2 cycles=$3 refuted=no defines='' parameters='' mutation=''; shift 3
while [ $# -gt 0 ]; do
  case $1 in
    --set) parameters+="chparam -set ${2%=*} ${2#*=} $check; "; shift 2 ;;
    --refuted) refuted=yes; shift ;;
    --fault) defines="-DNPU_FAULT=${2:?}"; shift 2 ;;
    --mutate) mutation=${2:?}; shift 2 ;;
    *) usage ;;
  esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$npuisa" generate "$here/small.yaml" --sv "$work/sv"
# Few bits are enough of what is only counted and compared, and short pipelines; a solver cannot do with many more.
sed -i 's/\(SequenceBits\|CycleBits\) = [0-9]*;/\1 = 5;/; s/\(MatrixWrite\|VectorPipeline\) = [0-9]*;/\1 = 3;/' "$work/sv/npu_pkg.sv"
cp "$rtl"/npu_{queue,tokens,sram,issue,ports,delay}.sv "$work"
if [ -n "$mutation" ]; then
  sed -i "$mutation" "$work/npu_$check.sv"
  ! cmp -s "$work/npu_$check.sv" "$rtl/npu_$check.sv" || { echo "the mutation '$mutation' changes nothing"; exit 1; }
fi
# What the arbiter is told of tokens may be anything.
cuts=''
[ "$check" != issue ] || cuts='select -assert-count 1 npu_issue/t:npu_tokens; cutpoint npu_issue/t:npu_tokens;'
yosys -q -p "read_verilog -sv -formal -defer -DSYNTHESIS $defines $work/sv/npu_pkg.sv $rtl/npu_fault_pkg.sv $work/npu_*.sv $here/$check.sv
  $parameters prep -top $check; $cuts flatten; async2sync; opt -full; dffunmap; opt_clean; write_smt2 -wires $work/model.smt2"

# z3 wants the definitions unrolled.
solve() { yosys-smtbmc --noprogress -s z3 --unroll "$@" -t "$cycles" "$work/model.smt2" > "$work/log" || true; }
expect() { grep -q "Status: $1" "$work/log" || { cat "$work/log"; echo "$check: the status should be $1"; exit 1; }; }
solve
if [ $refuted = yes ]; then
  expect FAILED
  grep 'Assert failed' "$work/log"
else
  expect PASSED
  solve -c
  expect PASSED
  echo "$check: holds for $cycles cycles"
fi
