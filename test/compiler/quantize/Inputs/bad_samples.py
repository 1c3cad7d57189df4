"""Folders of samples, each wrong in one way, for a network whose input is f32 1x2x8x8."""

import sys
from pathlib import Path

import numpy as np
from onnx import numpy_helper

root = Path(sys.argv[1])
good = np.zeros((1, 2, 8, 8), np.float32) + np.arange(8, dtype=np.float32)
with_nan = good.copy()
with_nan.flat[5] = np.nan
for name, array in {"shape": good[0], "type": good.astype(np.float64), "nan": with_nan}.items():
    (root / name).mkdir()
    np.save(root / name / "a.npy", array)
for name in ("empty", "text", "cut"):
    (root / name).mkdir()
(root / "text" / "a.npy").write_text("no array")
np.save(root / "cut" / "a.npy", good)
whole = (root / "cut" / "a.npy").read_bytes()
(root / "cut" / "a.npy").write_bytes(whole[: len(whole) - 412])
for folder in ("good", "sets"):
    for i in (0, 1):
        (root / folder / f"test_data_set_{i}").mkdir(parents=True)
    proto = numpy_helper.from_array(good, "x").SerializeToString()
    (root / folder / "test_data_set_0" / "input_0.pb").write_bytes(proto)
np.save(root / "good" / "test_data_set_1" / "input_0.npy", -good)

# Many problems at once, beside one good sample.
many = root / "many"
samples = {
    "0": {"input_0.npy": good},
    "1": {},
    "2": {"input_0.npy": good[0]},
    "3": {"input_0.npy": with_nan},
    "4": {"input_0.npy": good, "input_1.npy": good},
    ".hidden": {},
}
for name, files in samples.items():
    (many / name).mkdir(parents=True)
    for file, array in files.items():
        np.save(many / name / file, array)
(root / "both" / "folder").mkdir(parents=True)
np.save(root / "both" / "a.npy", good)
