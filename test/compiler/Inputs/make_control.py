#!/usr/bin/env python3
"""Writes arms.onnx, endless.onnx, picks.onnx and mixed.onnx beside itself. Needs Debian's python3-onnx.

arms: an If about an input `rate`; the shapes contradict the second arm, a product of what does not fit. endless: a loop without a bound,
inside an If, whose condition stays true while the data is above zero. picks: the elements that are not zero, and their places; mixed: the sum of these
elements.
"""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def graph(name, nodes, inputs, outputs, constants=()):
    infos = [[helper.make_tensor_value_info(n, t, s) for n, t, s in each] for each in (inputs, outputs)]
    return helper.make_graph(nodes, name, infos[0], infos[1], [numpy_helper.from_array(np.asarray(a), n) for n, a in constants])


def save(made):
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (HERE / f"{made.name}.onnx").write_bytes(model.SerializeToString())


def arm(name, matrix):
    product = helper.make_node("MatMul", ["x", matrix], [f"{name}.y"], name=f"{name}.product")
    return graph(name, [product], [], [(f"{name}.y", FLOAT, [1, 4])])


def arms():
    nodes = [helper.make_node("Equal", ["rate", "wide"], ["is_wide"], name="is_wide"),
             helper.make_node("If", ["is_wide"], ["y"], name="choose", then_branch=arm("wide", "matrix4"), else_branch=arm("narrow", "matrix3"))]
    constants = [("wide", np.int64(16)), ("matrix4", np.eye(4, dtype=np.float32) * 2), ("matrix3", np.eye(3, 4, dtype=np.float32))]
    return graph("arms", nodes, [("x", FLOAT, [1, 4]), ("rate", INT64, [])], [("y", FLOAT, [1, 4])], constants)


def picking():
    return [helper.make_node("NonZero", ["x"], ["places"], name="find"),
            helper.make_node("Transpose", ["places"], ["tuples"], name="turn", perm=[1, 0]),
            helper.make_node("GatherND", ["x", "tuples"], ["y"], name="pick")]


def picks():
    return graph("picks", picking(), [("x", FLOAT, [2, 4])], [("y", FLOAT, ["n"]), ("places", INT64, [2, "n"])])


def mixed():
    return graph("mixed", [*picking(), helper.make_node("ReduceSum", ["y"], ["sum"], name="add")], [("x", FLOAT, [2, 4])], [("sum", FLOAT, [1])])


def endless():
    body = [helper.make_node("Mul", ["v", "half"], ["w"], name="halve"),
            helper.make_node("ReduceSum", ["w"], ["sum"], name="sum", keepdims=0),
            helper.make_node("Greater", ["sum", "zero"], ["more"], name="more")]
    turns = graph("turns", body, [("i", INT64, []), ("go", BOOL, []), ("v", FLOAT, [4])], [("more", BOOL, []), ("w", FLOAT, [4])])
    nodes = [helper.make_node("Loop", ["", "yes", "x"], ["y"], name="spin", body=turns)]
    return graph("endless", nodes, [("x", FLOAT, [4])], [("y", FLOAT, [4])],
                 [("yes", np.array(True)), ("half", np.float32(1)), ("zero", np.float32(0))])


save(arms())
save(endless())
save(picks())
save(mixed())
