"""custom_instruction_test.py BUILD ROOT: runs examples/custom-instruction/run.sh whole; every line that its README shows in a
```text block must be a line of what it prints (runs of blanks count as one)."""
import os
import pathlib
import re
import subprocess
import sys


def lines(text):
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def main(build, root):
    example = pathlib.Path(root) / "examples/custom-instruction"
    done = subprocess.run([example / "run.sh"], env={**os.environ, "NPUFORGE_BUILD": build}, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    print(done.stdout)
    shown = lines("".join(re.findall(r"```text\n(.*?)```", (example / "README.md").read_text(), re.S)))
    missing = [line for line in shown if line not in lines(done.stdout)]
    if done.returncode or missing or not shown:
        sys.exit(f"exit status {done.returncode}; lines of the README that it does not print: {missing}")
    print(f"{len(shown)} lines of the README printed")


if __name__ == "__main__":
    main(*sys.argv[1:])
