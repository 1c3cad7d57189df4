#!/usr/bin/env python3
"""Random plans of random operators: each is refused with a message or computes what the constructed one does.

  plans_test.py BUILD_DIR [--count N] [--plans N] [--seed N] [--work FOLDER]

`--count` shapes of each kind of operator, `--plans` plans of each: of those that search.py tries, some with one entry set to
anything. Exit status 1 when a program crashes, numbers differ, or no plan at all, or every plan, was taken.
"""
import argparse
import pathlib
import random
import sys

import draw
import plans

KINDS = ("conv", "depthwise", "bottleneck")
ANYTHING = {int: (-1, 0, 1, 2, 3, 7, 2**40), bool: (False, True), type(None): (None,)}
ENTRIES = {"band": 0, "chunk": 0, "array_rows": 0, "plain": True, "interleave": True, "unfold": True, "roll_rows": True, "blocks_outside": True,
           "thin": None, "neighbours": None}


def distorted(plan, generator):
    name = generator.choice(list(ENTRIES))
    return {**plan, name: generator.choice(ANYTHING[type(ENTRIES[name])])}


def drawn(operator, count, generator):
    every = list(operator.plans())
    for _ in range(count):
        plan = generator.choice(every)
        yield distorted(plan, generator) if generator.random() < 0.3 else plan


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--machine", default="edge16")
    parser.add_argument("--count", type=int, default=2, help="shapes of each kind (default: 2)")
    parser.add_argument("--plans", type=int, default=8, help="plans of each shape (default: 8)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=pathlib.Path, help="for files (default: BUILD_DIR/bench/plans)")
    options = parser.parse_args()
    build, generator = options.build.resolve(), random.Random(options.seed)
    work = options.work or build / "bench" / "plans"
    work.mkdir(parents=True, exist_ok=True)
    taken = refused = 0
    for kind in KINDS:
        for graph in draw.cases(kind, options.count, options.seed):
            plan = None
            try:
                operator = plans.Operator(graph, build, options.machine, work)
                operator.cycles(operator.constructed)
                for plan in drawn(operator, options.plans, generator):
                    try:
                        operator.cycles(plan)
                        taken += 1
                    except plans.Refused:
                        refused += 1
            except plans.NoPlan:
                continue
            except (plans.Failed, plans.Refused) as error:
                sys.exit(f"plans_test.py: {graph.name}, {plan}: {error}")
    print(f"{taken} plans right, {refused} refused")
    return 0 if taken and refused else 1


if __name__ == "__main__":
    sys.exit(main())
