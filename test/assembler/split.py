"""split.py FILE FOLDER: what stands behind each line `;;; NAME` of the file, up to the next one, as FOLDER/NAME, for npu16."""
import pathlib
import sys

for part in pathlib.Path(sys.argv[1]).read_text().split("\n;;; ")[1:]:
    name, text = part.split("\n", 1)
    (pathlib.Path(sys.argv[2]) / name).write_text(".machine npu16\n.text\n" + text)
