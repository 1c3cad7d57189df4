#!/usr/bin/python3
"""Makes this example's model and test set: renders characters, trains, quantises, writes glyphs.onnx and test/.

Run it by hand with Debian's Python; README.md lists the packages. One thread, about a quarter of an hour.
"""
import argparse
import collections
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

from describe import save_contact_sheet, table
from network import Network
from qdq import write_model
from quantise import quantise
from render import CHARACTERS, class_table, distort, font_files, load_fonts

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20240607
BATCH = 128
CALIBRATION_IMAGES = 1024
TEST_IMAGES_PER_CHARACTER = 5
WEIGHTS = "float.pt"


def to_input(images):
    """u8 pixels to the network's f32 input."""
    return images.float() / 255


def random_batch(rng, glyphs, labels, count):
    font = torch.randint(0, glyphs.shape[0], (count,), generator=rng)
    character = torch.randint(0, len(CHARACTERS), (count,), generator=rng)
    return distort(rng, glyphs[font, character]), labels[character]


def train(network, glyphs, labels, steps):
    rng = torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.006, total_steps=steps, pct_start=0.15)
    network.train().to(memory_format=torch.channels_last)
    start, running = time.time(), None
    for step in range(1, steps + 1):
        images, wanted = random_batch(rng, glyphs, labels, BATCH)
        loss = F.cross_entropy(network(to_input(images)), wanted, label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        if step % 200 == 0:
            print(f"step {step}/{steps}  loss {running:.4f}  {time.time() - start:.0f} s", flush=True)


def classify(network, images):
    network.eval()
    with torch.no_grad():
        return torch.cat([network(to_input(part)).argmax(1) for part in images.split(256)])


def balanced_set(seed, glyphs, labels, per_character):
    """Each character equally often, each time in a random one of the fonts."""
    rng = torch.Generator().manual_seed(seed)
    character = torch.arange(len(CHARACTERS)).repeat(per_character)
    font = torch.randint(0, glyphs.shape[0], character.shape, generator=rng)
    return distort(rng, glyphs[font, character]), labels[character]


def report(network, names, images, labels, title):
    got = classify(network, images)
    print(f"{title}: {(got == labels).float().mean().item():.4f} of {len(labels)} images right in floating point")
    wrong = collections.Counter(f"{names[w]}>{names[g]}" for w, g in zip(labels, got) if w != g)
    print("  most frequent confusions:", "  ".join(f"{pair} {n}" for pair, n in wrong.most_common(20)))


def save_set(folder, images, labels):
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "images.npy", images.numpy())
    np.save(folder / "labels.npy", labels.numpy().astype(np.uint8))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=9500, help=f"training steps of {BATCH} images")
    parser.add_argument("--work", type=pathlib.Path, default=HERE / "work", help="folder for the float weights and a "
                        "large held-out set (not in git)")
    parser.add_argument("--reuse", action="store_true", help="take the float weights from the work folder: no training")
    parser.add_argument("--output", type=pathlib.Path, default=HERE, help="where glyphs.onnx, classes.txt and test/ go")
    options = parser.parse_args()
    if options.steps < 10:
        parser.error("--steps: at least 10")
    if options.reuse and not (options.work / WEIGHTS).exists():
        parser.error(f"--reuse: {options.work / WEIGHTS} does not exist; train without --reuse first")
    return options


def main():
    options = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    names, number = class_table()
    labels = torch.tensor(number)
    training_paths, test_paths = font_files()
    glyphs, used = load_fonts(training_paths)
    test_glyphs, test_used = load_fonts(test_paths)
    print(f"{len(used)} fonts to train on, {len(test_used)} held out, {len(names)} classes")

    network = Network(len(names))
    weights = options.work / WEIGHTS
    if options.reuse:
        network.load_state_dict(torch.load(weights))
    else:
        train(network, glyphs, labels, options.steps)
        options.work.mkdir(parents=True, exist_ok=True)
        torch.save(network.state_dict(), weights)

    test = balanced_set(SEED + 1, test_glyphs, labels, TEST_IMAGES_PER_CHARACTER)
    large = balanced_set(SEED + 2, test_glyphs, labels, 100)
    report(network, names, *balanced_set(SEED + 3, glyphs, labels, 50), "training fonts")
    report(network, names, *large, "held-out fonts, large set")
    report(network, names, *test, "held-out fonts, the set in test/")

    network.eval().fold_batch_norm()
    calibration = random_batch(torch.Generator().manual_seed(SEED + 4), glyphs, labels, CALIBRATION_IMAGES)[0]
    plan = quantise(network, to_input(calibration))
    options.output.mkdir(parents=True, exist_ok=True)
    write_model(network, plan, options.output / "glyphs.onnx")
    (options.output / "classes.txt").write_text("\n".join(names) + "\n")
    save_set(options.output / "test", *test)
    np.save(options.output / "test" / "image0.npy", to_input(test[0][:1]).numpy())
    save_contact_sheet(test[0][:len(CHARACTERS)], options.output / "characters.png")
    save_set(options.work / "large", *large)
    print(table(network, plan))


if __name__ == "__main__":
    main()
