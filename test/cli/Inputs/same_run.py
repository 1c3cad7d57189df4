"""same_run.py A B: whether npusim's results A.json and B.json and logs A.log and B.log are of the same run, to the cycle of every
instruction; mnemonics, files and wall times are not looked at."""
import json
import sys

TIMES = ("program", "seconds", "run_seconds", "cycles_per_second", "total")


def results(name):
    with open(name + ".json") as file:
        return {key: value for key, value in json.load(file).items() if key not in TIMES}


def cycles(name):
    with open(name + ".log") as file:
        return [line.split()[:6] for line in file if not line.startswith("#")]


first, second = sys.argv[1:]
assert results(first)["cycles"] > 0 and len(cycles(first)) > 1000
assert results(first) == results(second), "the results differ"
assert cycles(first) == cycles(second), "the cycles of an instruction differ"
