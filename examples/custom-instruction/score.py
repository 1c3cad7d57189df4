#!/usr/bin/python3
"""score.py FOLDER REPORT REFERENCE: cycles of a run, and how its logits differ from the reference's."""
import json
import sys

import numpy as np

folder, report, reference = sys.argv[1:]
logits, expected = np.load(f"{folder}/logits.npy"), np.load(reference)
steps = np.diff(np.unique(np.concatenate([logits, expected]).ravel()))
lsb = steps[steps > 1e-6].min()
wrong = np.rint(np.abs(logits - expected) / lsb).astype(int)
cycles = json.load(open(report))["most_cycles"]
print(f"{cycles} cycles an image; {(wrong > 0).sum()} of {wrong.size} logits differ from onnxruntime's, at most {wrong.max()} LSB")
