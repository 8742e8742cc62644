# SPDX-License-Identifier: GPL-3.0-or-later
#
# A convolutional network in an ONNX file as a PyTorch module.
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional


def attributes(node):
    return {attribute.name: onnx.helper.get_attribute_value(attribute)
            for attribute in node.attribute}


def even_padding(settings):
    top, left, bottom, right = settings.get("pads", [0, 0, 0, 0])
    if (top, left) != (bottom, right):
        raise ValueError("padding differs between the sides")
    return top, left


def pool_settings(settings):
    return {"kernel_size": settings["kernel_shape"],
            "stride": settings.get("strides", [1, 1]),
            "padding": even_padding(settings),
            "ceil_mode": bool(settings.get("ceil_mode", 0))}


def convolution(settings, weight, bias=None):
    out, per_group, *kernel = weight.shape
    groups = settings.get("group", 1)
    layer = nn.Conv2d(per_group * groups, out, kernel,
                      settings.get("strides", [1, 1]), even_padding(settings),
                      settings.get("dilations", [1, 1]), groups,
                      bias is not None)
    layer.weight.data = torch.tensor(weight)
    if bias is not None:
        layer.bias.data = torch.tensor(bias)
    return layer


class Network(nn.Module):
    """Runs the nodes in the file's order.

    steps: of each node the function, the names of what it reads, and the name
    of what it makes
    """

    def __init__(self, graph):
        super().__init__()
        constants = {tensor.name: numpy_helper.to_array(tensor)
                     for tensor in graph.initializer}
        inputs = [value.name for value in graph.input
                  if value.name not in constants]
        (self.input,), (self.output,) = inputs, [o.name for o in graph.output]
        self.layers = nn.ModuleList()
        self.steps = []
        for node in graph.node:
            reads = [name for name in node.input if name not in constants]
            numbers = [constants[name] for name in node.input
                       if name in constants]
            self.steps.append((self.function(node, numbers), reads,
                               node.output[0]))
        with torch.no_grad():
            self.width = self(torch.zeros(1, 3, 100, 100)).shape[1]

    def function(self, node, numbers):
        settings = attributes(node)
        if node.op_type == "Conv":
            self.layers.append(convolution(settings, *numbers))
            return self.layers[-1]
        if node.op_type == "Relu":
            return lambda x: functional.relu(x, inplace=True)
        if node.op_type == "Concat":
            return lambda *parts: torch.cat(parts, settings["axis"])
        if node.op_type == "MaxPool":
            return lambda x: functional.max_pool2d(
                x, **pool_settings(settings))
        if node.op_type == "AveragePool":
            return lambda x: functional.avg_pool2d(
                x, **pool_settings(settings),
                count_include_pad=bool(settings.get("count_include_pad", 0)))
        if node.op_type == "GlobalAveragePool":
            return lambda x: x.mean((2, 3), keepdim=True)
        if node.op_type == "Flatten":
            return lambda x: x.flatten(settings.get("axis", 1))
        raise ValueError(f"no {node.op_type} here")

    def forward(self, x):
        values = {self.input: x}
        for function, reads, made in self.steps:
            values[made] = function(*(values[name] for name in reads))
        return values[self.output]


def load(path):
    return Network(onnx.load(path).graph)
