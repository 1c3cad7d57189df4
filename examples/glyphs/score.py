#!/usr/bin/env python3
"""The test set of the glyphs example: its images as the network takes them, and the score of computed logits.

  score.py prepare IMAGES.npy           writes the test images as f32 in 0..1
  score.py score LOGITS.npy [SET.json]  accuracy against the labels and against onnxruntime's logits; with npusim's
                                        results also cycles and utilisation. Exit status 1 if the accuracy is more
                                        than 0.5 points off, or a logit more than one least significant bit.
"""
import json
import pathlib
import sys

import numpy as np

TEST = pathlib.Path(__file__).resolve().parent / "test"


def prepare(target):
    images = np.load(TEST / "images.npy").astype(np.float32) / np.float32(255)
    np.save(target, images)
    print(f"{len(images)} images of {images.shape[1]}x{images.shape[2]}x{images.shape[3]}")


def least_significant_bit(reference):
    """The logits are multiples of the output's scale: the smallest step between any two of them."""
    steps = np.diff(np.unique(reference))
    return float(steps[steps > 1e-6].min())


def score(logits_file, results_file=None):
    labels = np.load(TEST / "labels.npy").astype(int)
    reference = np.load(TEST / "reference_logits.npy")
    logits = np.load(logits_file).reshape(reference.shape)
    ours = float((logits.argmax(1) == labels).mean() * 100)
    theirs = float((reference.argmax(1) == labels).mean() * 100)
    bits = np.rint(np.abs(logits - reference) / least_significant_bit(reference)).astype(int)
    print(f"accuracy           {ours:.2f} % of {len(labels)} images (onnxruntime: {theirs:.2f} %)")
    print(f"logits             {100 * float((bits == 0).mean()):.3f} % equal, {int((bits == 1).sum())} of {bits.size} "
          f"one bit off, {int((bits > 1).sum())} more")
    if results_file:
        results = json.loads(pathlib.Path(results_file).read_text())
        print(f"cycles per image   {results['cycles']:,}")
        print(f"MAC utilisation    {100 * results['mac_utilisation']:.1f} %")
    return abs(ours - theirs) <= 0.5 and bits.max() <= 1


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "prepare":
        prepare(sys.argv[2])
    elif len(sys.argv) in (3, 4) and sys.argv[1] == "score":
        if not score(*sys.argv[2:]):
            sys.exit("score.py: the logits are not those of the reference")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
