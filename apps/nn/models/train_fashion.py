#!/usr/bin/python3
"""Trains an MLP and a CNN on Fashion-MNIST (Debian's dataset-fashion-mnist) with python3-torch.
The models take bytes divided by 255. Usage: train_fashion.py FOLDER"""
import gzip

import numpy as np
import torch
from torch import nn

import export
from onnx import helper

DATA = "/usr/share/datasets/fashion-mnist"
EPOCHS = 8
ROWS = 20


def load(part):
    with gzip.open("%s/%s-images-idx3-ubyte.gz" % (DATA, part)) as f:
        x = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open("%s/%s-labels-idx1-ubyte.gz" % (DATA, part)) as f:
        y = np.frombuffer(f.read(), np.uint8, offset=8)
    return x, y


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        parts = [model(x[i:i + 1000]).argmax(1) for i in range(0, len(x), 1000)]
    return 100 * (torch.cat(parts) == y).float().mean().item()


def train(model, x, y, name, x_test, y_test):
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS)
    for _ in range(EPOCHS):
        model.train()
        order = torch.randperm(len(x))
        for i in range(0, len(x), 128):
            batch = order[i:i + 128]
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        schedule.step()
    print("%s: %.2f %% of %d test rows" % (name, accuracy(model, x_test, y_test), len(y_test)))


def to_onnx(model, path, input_shape):
    """Writes the layers of an nn.Sequential as they stand."""
    nodes, weights, value = [], [], "x"
    for i, layer in enumerate(model):
        out = "y" if i + 1 == len(model) else "v%d" % i
        own = {n: p.detach().numpy() for n, p in layer.state_dict().items() if p.dim() > 0}
        weights += [export.tensor("%d.%s" % (i, n), p) for n, p in own.items()]
        inputs = [value] + ["%d.%s" % (i, n) for n in own]
        name = "layer%d" % i
        if isinstance(layer, nn.Linear):
            node = helper.make_node("Gemm", inputs, [out], name, transB=1)
        elif isinstance(layer, nn.Conv2d):
            node = helper.make_node("Conv", inputs, [out], name, pads=[layer.padding[0]] * 4,
                                    strides=list(layer.stride))
        elif isinstance(layer, nn.MaxPool2d):
            node = helper.make_node("MaxPool", inputs, [out], name, kernel_shape=[2, 2],
                                    strides=[2, 2])
        elif isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            node = helper.make_node("BatchNormalization", inputs, [out], name,
                                    epsilon=layer.eps)
        elif isinstance(layer, nn.Flatten):
            node = helper.make_node("Flatten", inputs, [out], name)
        else:
            node = helper.make_node("Relu", inputs, [out], name)
        nodes.append(node)
        value = out
    export.save(path, nodes, weights, input_shape, 10)


def main():
    folder = export.folder()
    torch.manual_seed(export.SEED)
    torch.set_num_threads(1)
    images, labels = load("train")
    test_images, test_labels = load("t10k")
    x, y = torch.tensor(images / 255, dtype=torch.float32), torch.tensor(labels.astype(np.int64))
    x_test = torch.tensor(test_images / 255, dtype=torch.float32)
    y_test = torch.tensor(test_labels.astype(np.int64))
    mlp = nn.Sequential(nn.Linear(784, 128), nn.BatchNorm1d(128), nn.ReLU(),
                        nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
    train(mlp, x.flatten(1), y, "fashion-mlp", x_test.flatten(1), y_test)
    to_onnx(mlp, folder + "/fashion-mlp.onnx", [784])
    cnn = nn.Sequential(nn.Conv2d(1, 16, 5), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
                        nn.Conv2d(16, 16, 5), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
                        nn.Flatten(), nn.Linear(256, 100), nn.ReLU(), nn.Linear(100, 10))
    train(cnn, x, y, "fashion-cnn", x_test, y_test)
    to_onnx(cnn, folder + "/fashion-cnn.onnx", [1, 28, 28])
    images[:100].tofile(folder + "/fashion-calibrate.raw")
    test_images[:ROWS].tofile(folder + "/fashion-test.raw")
    export.save_rows(folder + "/fashion-labels.csv", test_labels[:ROWS])


if __name__ == "__main__":
    main()
