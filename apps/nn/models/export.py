"""What the training scripts share: ONNX files of plain networks, rows and labels as CSV."""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SEED = 7


def tensor(name, values):
    return numpy_helper.from_array(np.ascontiguousarray(values, dtype=np.float32), name)


def save(path, nodes, weights, input_shape, n_outputs):
    """Writes a model with input x, output y and an open batch."""
    graph = helper.make_graph(
        nodes, "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N"] + list(input_shape))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", n_outputs])],
        weights)
    model = helper.make_model(graph, producer_name="sotto",
                              opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.checker.check_model(model)
    onnx.save(model, path)


def save_layers(path, layers, outcome=None):
    """A multilayer perceptron: (weights, biases) of each layer, Relu between them."""
    nodes, weights, value = [], [], "x"
    for i, (w, b) in enumerate(layers):
        last = i + 1 == len(layers)
        out = "y" if last and outcome is None else "z%d" % i
        weights += [tensor("w%d" % i, w), tensor("b%d" % i, b)]
        nodes.append(helper.make_node("Gemm", [value, "w%d" % i, "b%d" % i], [out], "fc%d" % i))
        value = out
        if not last:
            nodes.append(helper.make_node("Relu", [value], ["a%d" % i], "relu%d" % i))
            value = "a%d" % i
    if outcome is not None:
        nodes.append(helper.make_node(outcome, [value], ["y"], "outcome"))
    save(path, nodes, weights, [layers[0][0].shape[0]], layers[-1][0].shape[1])


def save_rows(path, rows, names=None):
    """Rows as CSV, with a line of names if there are any."""
    with open(path, "w") as out:
        if names is not None:
            out.write(",".join(names) + "\n")
        for row in rows:
            out.write(",".join("%g" % x for x in np.atleast_1d(row)) + "\n")


def folder():
    """Where to: the one argument of every script."""
    if len(sys.argv) != 2:
        sys.exit("usage: %s FOLDER" % sys.argv[0])
    return sys.argv[1]
