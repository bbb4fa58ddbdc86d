#!/usr/bin/env python3
"""Writes an ONNX model that is refused, or one that is not: make_onnx.py KIND FILE.

The model takes rows of three values through y = op(x w + b). KIND: good; nan, with a weight that is
no number; huge, with a bias that no accumulator holds; tanh, with a node that is not supported;
shape, with a second input that is a shape; sigmoid, softmax and argmax, which end in that."""
import struct
import sys

FLOAT, INT64, INT = 1, 7, 2
KINDS = {
    'good': ('Relu', [1, -2, 3, 0.5, -0.25, 1], [0.125, -1]),
    'nan': ('Relu', [1, -2, float('nan'), 0.5, -0.25, 1], [0.125, -1]),
    'huge': ('Relu', [1e-3, -2e-3, 3e-3, 5e-4, -2e-4, 1e-3], [1e12, -1]),
    'shape': ('Reshape', [1, -2, 3, 0.5, -0.25, 1], [0.125, -1]),
    'sigmoid': ('Sigmoid', [1, -2, 3, 0.5, -0.25, 1], [0.125, -1]),
    'softmax': ('Softmax', [1, -2, 3, 0.5, -0.25, 1], [0.125, -1]),
    'argmax': ('ArgMax', [1, -2, 3, 0.5, -0.25, 1], [0.125, -1]),
    'tanh': ('Tanh', [1, -2, 3, 0.5, -0.25, 1], [0.125, -1]),
}


def varint(n):
    out = b''
    while n > 0x7f:
        out += bytes([n & 0x7f | 0x80])
        n >>= 7
    return out + bytes([n])


def number(field, n):
    return varint(field << 3) + varint(n)


def data(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


# The fields of onnx.proto's messages.
def tensor(name, dims, values):
    return (b''.join(number(1, n) for n in dims) + number(2, FLOAT) + data(8, name) +
            data(9, struct.pack(f'<{len(values)}f', *values)))


def node(kind, inputs, output):
    axis = data(5, data(1, 'axis') + number(3, 1) + number(20, INT)) if kind == 'ArgMax' else b''
    return b''.join(data(1, name) for name in inputs) + data(2, output) + data(4, kind) + axis


def value(name, *dims, kind=FLOAT):
    shape = b''.join(data(1, number(1, n)) for n in dims)
    return data(1, name) + data(2, data(1, number(1, kind) + data(2, shape)))


def model(kind, weights, bias):
    more = ['shape'] if kind == 'Reshape' else []
    graph = (data(1, node('Gemm', ['x', 'w', 'b'], 'h')) + data(1, node(kind, ['h'] + more, 'y')) +
             data(2, 'graph') + data(5, tensor('w', [3, 2], weights)) +
             data(5, tensor('b', [2], bias)) + data(11, value('x', 1, 3)) +
             b''.join(data(11, value(name, 2, kind=INT64)) for name in more) +
             data(12, value('y', 1, 2)))
    return number(1, 7) + data(7, graph) + data(8, number(2, 13))


with open(sys.argv[2], 'wb') as file:
    file.write(model(*KINDS[sys.argv[1]]))
