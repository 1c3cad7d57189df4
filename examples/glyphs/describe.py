"""What people look at: the quantised network as a table, and a picture with some of the images."""
import numpy as np
import torch
from PIL import Image

from network import IMAGE_SIZE, INPUT

SHEET_COLUMNS = 31


def detail(layer):
    a = layer.attrs
    if layer.op == "Conv":
        kind = f"{a['kernel']}x{a['kernel']}, stride {a['stride']}, padding {a['pad']}"
        return f"{kind}, depthwise" if a["group"] > 1 else kind
    return {"MaxPool": "2x2, stride 2", "AveragePool": "2x2, stride 2", "Clip": "0 to 6", "Gemm": "transB=1"}.get(layer.op, "")


def table(network, plan):
    """One row a layer, in Markdown. Rows without scale are not quantised themselves: the next row's value is."""
    with torch.no_grad():
        values = network.tensors(torch.zeros(1, 1, IMAGE_SIZE, IMAGE_SIZE))
    macs = network.macs()
    rows = ["| name | operator | inputs | output shape | MACs | scale | zero point |", "|---|---|---|---|---|---|---|"]

    def row(name, operator, inputs):
        shape = "x".join(str(n) for n in values[name].shape)
        activation = plan.activations.get(name)
        quantised = f"{activation.scale:.6f} | {activation.zero_point}" if activation else " | "
        rows.append(f"| {name} | {operator} | {inputs} | {shape} | {macs.get(name, '')} | {quantised} |")

    row(INPUT, "input", "")
    for layer in network.layers:
        row(layer.name, " ".join([layer.op, detail(layer)]).strip(), ", ".join(layer.inputs))
    return "\n".join(rows + [f"Sum of MACs: {sum(macs.values())}"])


def save_contact_sheet(images, path):
    """images: u8, n x 1 x 32 x 32, n a multiple of SHEET_COLUMNS."""
    tiles = images.numpy().reshape(-1, SHEET_COLUMNS, IMAGE_SIZE, IMAGE_SIZE)
    sheet = tiles.transpose(0, 2, 1, 3).reshape(-1, SHEET_COLUMNS * IMAGE_SIZE)
    Image.fromarray(np.ascontiguousarray(sheet)).save(path, optimize=True)
