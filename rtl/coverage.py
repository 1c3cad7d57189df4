#!/usr/bin/python3
"""What co-simulations covered of the RTL, from files that models built with --coverage have written.

  rtl/coverage.py COVERAGE.dat... [--lines PERCENT] [--missed]

A module that is written by hand is covered by all machines together, what is generated stands in each machine's own file.
Prints the share of lines (branches of control flow) that ran and of bits that went both up and down, for each module.
--missed lists the lines that did not run. Exit status 1 if fewer than PERCENT of all lines ran."""

import argparse
import collections
import re
import sys

POINT = re.compile(r"^C '(.*)' (\d+)$")


def points(path):
    """(module, kind, place, how often) of every point of the file."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for text in file:
            match = POINT.match(text.rstrip("\n"))
            if not match:
                continue
            fields = dict(part.split("\x02", 1) for part in match[1].split("\x01") if "\x02" in part)
            kind, _, module = fields["page"].partition("/")
            place = (fields["f"], int(fields["l"]), fields.get("n", ""), fields.get("o", ""))
            yield module.split("__")[0], "bits" if kind == "v_toggle" else "lines", place, int(match[2])


def add_up(paths):
    """Hits by place, instances of a module together."""
    hits = collections.defaultdict(lambda: collections.defaultdict(int))
    for path in paths:
        for module, kind, place, count in points(path):
            hits[module, kind][place] += count
    return hits


def share(places):
    return f"{sum(count > 0 for count in places.values()):>6} / {len(places):>6}" if places else f"{'-':>15}"


def percent(places):
    return f"{100 * sum(count > 0 for count in places.values()) / len(places):6.1f} %" if places else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="COVERAGE.dat")
    parser.add_argument("--lines", type=float, default=0, metavar="PERCENT")
    parser.add_argument("--missed", action="store_true")
    options = parser.parse_args()
    hits = add_up(options.files)
    if not hits:
        sys.exit(f"{', '.join(options.files)}: no coverage points")
    total = {"lines": {}, "bits": {}}
    print(f"{'module':<24}{'lines':>15}{'':>9}{'bits':>16}")
    for module in sorted({module for module, _ in hits}):
        row = f"{module:<24}"
        for kind in ("lines", "bits"):
            places = hits.get((module, kind), {})
            total[kind].update({(module, *place): count for place, count in places.items()})
            row += f"{share(places)}{percent(places):>9} "
        print(row.rstrip())
    print(f"{'all':<24}" + " ".join(f"{share(total[kind])}{percent(total[kind]):>9}" for kind in ("lines", "bits")))
    if options.missed:
        for (module, file, line, _, what), count in sorted(total["lines"].items()):
            if count == 0:
                print(f"missed: {file}:{line} {what}")
    ran = sum(count > 0 for count in total["lines"].values()) / max(1, len(total["lines"]))
    if 100 * ran < options.lines:
        sys.exit(f"{100 * ran:.1f} % of the lines ran, {options.lines} % are asked for")


if __name__ == "__main__":
    main()
