# SPDX-License-Identifier: GPL-3.0-or-later
#
# Inputs for all benches that are as small as can be, made with nothing but
# Python's own library: the tests run where no peer is installed.
import array
import os
import random
import subprocess


def floats(path, count):
    draw = random.Random(count)
    with open(path, "wb") as file:
        array.array("f", (draw.gauss(0, 1) for _ in range(count))).tofile(file)


# Protocol Buffers: a field's number and kind, then a number or counted bytes.
def number(field, value):
    return varint(field << 3) + varint(value)


def data(field, content):
    if isinstance(content, str):
        content = content.encode()
    return varint(field << 3 | 2) + varint(len(content)) + content


def varint(value):
    low = bytes([value & 127 | (128 if value > 127 else 0)])
    return low + (varint(value >> 7) if value > 127 else b"")


def tensor(name, dims, values):
    return (b"".join(number(1, dim) for dim in dims) + number(2, 1)
            + data(8, name) + data(9, array.array("f", values).tobytes()))


def node(kind, reads, makes, settings=()):
    return (b"".join(data(1, name) for name in reads) + data(2, makes)
            + data(4, kind)
            + b"".join(data(5, data(1, name) + number(20, 7)
                            + b"".join(number(8, value) for value in values))
                       for name, values in settings))


def value(name, dims):
    shape = b"".join(data(1, data(2, dim) if isinstance(dim, str)
                          else number(1, dim)) for dim in dims)
    return data(1, name) + data(2, data(1, number(1, 1) + data(2, shape)))


def network(path):
    """A convolution of 3 channels into 4, ReLU, the average of each channel."""
    draw = random.Random(1)
    window = (("kernel_shape", (3, 3)), ("pads", (1, 1, 1, 1)),
              ("strides", (2, 2)))
    graph = (data(1, node("Conv", ("image", "weight", "bias"), "x", window))
             + data(1, node("Relu", ("x",), "y"))
             + data(1, node("GlobalAveragePool", ("y",), "z"))
             + data(1, node("Flatten", ("z",), "feature"))
             + data(2, "tiny")
             + data(5, tensor("weight", (4, 3, 3, 3),
                              [draw.gauss(0, 0.3) for _ in range(108)]))
             + data(5, tensor("bias", (4,), [0.1] * 4))
             + data(11, value("image", ("n", 3, "height", "width")))
             + data(12, value("feature", ("n", 4))))
    with open(path, "wb") as file:
        file.write(number(1, 8) + data(7, graph)
                   + data(8, data(1, "") + number(2, 13)))


def make(folder, ordinate):
    """Everything that the programs and the peers read."""
    for name, count in (("features", 300 * 4), ("labels", 300),
                        ("references", 300 * 4), ("queries", 2 * 4),
                        ("pictures", 8 * 3 * 32 * 32)):
        floats(f"{folder}/{name}.f32", count)
    network(f"{folder}/network.onnx")

    def run(*arguments):
        subprocess.run([ordinate, *arguments], check=True,
                       stdout=subprocess.DEVNULL)

    pictures = os.path.join(folder, "dataset")
    run("sample", pictures, "-n", "40", "--quiet")
    run("train", pictures, "-o", f"{folder}/model.ordinate", "--size", "32",
        "--epochs", "1", "--quiet")
