"""split.py FILE FOLDER [MACHINE]: what stands behind each line `;;; NAME` of the file, up to the next one, as FOLDER/NAME, for npu16
or another machine; "-": which one is not said."""
import pathlib
import sys

machine = sys.argv[3] if len(sys.argv) > 3 else "npu16"
for part in pathlib.Path(sys.argv[1]).read_text().split("\n;;; ")[1:]:
    name, text = part.split("\n", 1)
    (pathlib.Path(sys.argv[2]) / name).write_text(".text\n" + text if machine == "-" else f".machine {machine}\n.text\n{text}")
