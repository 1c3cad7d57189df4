"""each_off.py NPUC-ARGUMENTS: compiles with each optimisation off in turn, and all; the numbers must stay right (--verify)."""
import subprocess, sys

names = [line.split()[0] for line in subprocess.run(["npuc", "--disable", "help"], check=True, capture_output=True, text=True).stdout.splitlines()]
assert len(names) >= 11, names
for off in names + [",".join(names)]:
    result = subprocess.run(["npuc", *sys.argv[1:], "--verify", "--disable", off], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"without {off}: {result.stderr}")
    assert "verified: " in result.stdout
print(f"right without each of {len(names)}")
