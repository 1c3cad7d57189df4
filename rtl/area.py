#!/usr/bin/python3
"""What a machine's modules cost in yosys' generic gates, and what its options cost: two tables in Markdown.

Of the vector ALU one lane is synthesised and multiplied, as all are alike; what instructions over the lanes (lane_sum, lane_max) add
is left out. Results are kept in the cache by what they were made from.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

import area_variant

RTL = os.path.dirname(os.path.abspath(__file__))
PARTS = ["npu_top", "npu_array", "npu_vector_alu"]
ALU = "npu_vector_alu"
Cost = collections.namedtuple("Cost", "instances gates flip_flops memory_bits")
NOTHING = Cost(0, 0, 0, 0)


def plus(a, b, times=1):
    return Cost(*(x + times * y for x, y in zip(a, b)))


def fingerprint(sv, part):
    """Changes whenever the part's netlist may: its sources, and of the package's numbers those that it names."""
    names = {"npu_array": [f"{RTL}/npu_array.sv"], ALU: [f"{sv}/{ALU}.sv"]}.get(part)
    if names is None:
        names = subprocess.check_output([f"{RTL}/sources.sh", sv], text=True).split()
    floats = [os.path.join(RTL, "fp", name) for name in sorted(os.listdir(f"{RTL}/fp")) if ".sv" in name]
    text = "".join(without_hash(name) for name in names + floats + [f"{RTL}/synth.sh"])
    for line in without_hash(f"{sv}/npu_pkg.sv").splitlines():
        constant = re.match(r" *localparam .*?(\w+) = ", line)
        if not constant or f"npu_pkg::{constant[1]}" in text:
            text += line + "\n"
    return hashlib.sha256(text.encode()).hexdigest()


def without_hash(name):
    with open(name) as file:
        return re.sub(r"^// Generated from .*\n", "", file.read())


def synthesise(sv, part, cache):
    """yosys' statistics of each module of the part; of the ALU, those of one lane."""
    path = os.path.join(cache, f"{part}-{fingerprint(sv, part)[:24]}.json")
    if not os.path.exists(path):
        subprocess.run([f"{RTL}/synth.sh", sv, part, "--json", path + ".part"] + ["--lanes", "1"] * (part == ALU), check=True, stdout=sys.stderr)
        os.rename(path + ".part", path)
    return read_statistics(path)


def read_statistics(path):
    """The modules of a file of synth.sh. What follows them in it is not JSON if the part has a hierarchy."""
    with open(path) as file:
        modules, _, _ = file.read().partition("\n   },")
    return {name.lstrip("\\"): module for name, module in json.loads(modules + "}}")["modules"].items()}


def own(module, modules):
    """The cost of one instance without the modules inside it."""
    cells = {name.lstrip("\\"): n for name, n in module["num_cells_by_type"].items()}
    ports = sum(n for name, n in cells.items() if name.startswith("$mem"))
    flip_flops = sum(n for name, n in cells.items() if re.match(r"\$_(S|AL)?DFF", name))
    inside = sum(n for name, n in cells.items() if name in modules or name in PARTS)
    return Cost(1, module["num_cells"] - ports - flip_flops - inside, flip_flops, module["num_memory_bits"])


def per_module(modules, top):
    """Each module's cost, instances of all its variants together."""
    costs = collections.defaultdict(lambda: NOTHING)

    def visit(name, times):
        module = modules[name]
        plain = re.sub(r".*\\", "", re.sub(r"\\\w+=.*", "", name))
        costs[plain] = plus(costs[plain], own(module, modules), times)
        for cell, n in module["num_cells_by_type"].items():
            if cell.lstrip("\\") in modules:
                visit(cell.lstrip("\\"), times * n)

    visit(top, 1)
    return costs


class Machine:
    """A spec's parts, being synthesised."""

    def __init__(self, spec, settings, npuisa, cache, pool, directory):
        sv = area_variant.generate(spec, settings, npuisa, os.path.join(directory, "machine"))
        lane = area_variant.generate(spec, settings, npuisa, os.path.join(directory, "lane"), over_lanes=False)
        self.lanes = int(re.search(r" Lanes = (\d+);", without_hash(f"{sv}/npu_pkg.sv"))[1])
        self.parts = [(part, pool.submit(synthesise, lane if part == ALU else sv, part, cache)) for part in PARTS]

    def costs(self):
        costs = {}
        for part, result in self.parts:
            costs.update(per_module(result.result(), part))
        costs[ALU] = plus(NOTHING, costs[ALU], self.lanes)._replace(instances=1)
        return costs


def total(costs):
    result = NOTHING
    for cost in costs.values():
        result = plus(result, cost)
    return result


def print_modules(costs):
    print("| module | instances | gates | flip-flops | bits of memory |\n|---|---|---|---|---|")
    for name, cost in sorted(costs.items(), key=lambda entry: -entry[1].gates):
        print(f"| {name} | " + " | ".join(f"{n:,}" for n in cost) + " |")
    print("| all | | " + " | ".join(f"{n:,}" for n in total(costs)[1:]) + " |")


def print_options(base, options):
    print("| option | array | lanes | the rest | gates | flip-flops | bits of memory |\n|---|---|---|---|---|---|---|")
    whole = total(base)
    for label, costs in [("as it is", base)] + options:
        all_of_it = total(costs)
        gates = [costs["npu_array"].gates, costs[ALU].gates]
        change = f" ({100 * all_of_it.gates / whole.gates - 100:+.0f} %)" if costs is not base else ""
        print(f"| {label} | " + " | ".join(f"{n:,}" for n in gates + [all_of_it.gates - sum(gates)]) +
              f" | {all_of_it.gates:,}{change} | {all_of_it.flip_flops:,} | {all_of_it.memory_bits:,} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec", help="a reference machine's name or a YAML file")
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="a key of `machine`, e.g. array.rows=8")
    parser.add_argument("--vary", metavar="KEY=VALUE", action="append", default=[], help="one option more to compare with")
    parser.add_argument("--npuisa", default="npuisa", help="the program")
    parser.add_argument("--cache", default=os.path.join(tempfile.gettempdir(), "npuforge-area"), help="directory of results")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="yosys at once")
    arguments = parser.parse_args()
    os.makedirs(arguments.cache, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        base = area_variant.settings(arguments.set)
        machines = []
        for i, option in enumerate([None] + arguments.vary):
            settings = {**base, **area_variant.settings([option] if option else [])}
            machines.append((option, Machine(arguments.spec, settings, arguments.npuisa, arguments.cache, pool, f"{work}/{i}")))
        costs = [(option, machine.costs()) for option, machine in machines]
    print("# Area of", " ".join([os.path.basename(arguments.spec)] + arguments.set) + "\n")
    print_modules(costs[0][1])
    if arguments.vary:
        print()
        print_options(costs[0][1], costs[1:])


if __name__ == "__main__":
    try:
        main()
    except area_variant.Wrong as error:
        sys.exit(f"area.py: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"area.py: {' '.join(error.cmd)} failed")
