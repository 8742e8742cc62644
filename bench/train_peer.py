# SPDX-License-Identifier: GPL-3.0-or-later
#
# Steps of training in PyTorch: the same networks and loss, and AdamW, which here
# moves all but the compact network's kernels.
#
#   prepare compact SIZE BATCH STEPS PRECISION FORMAT
#   prepare loading SIZE BATCH STEPS PRECISION FORMAT
#   prepare finetune SIZE BATCH STEPS PRECISION FORMAT
#
# PRECISION is float or bfloat16 (autocast: the network's layers, not the loss),
# FORMAT contiguous or channels-last.
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader

import onnx_network
import peer
from pictures import Pictures

FORMATS = {"contiguous": torch.contiguous_format,
           "channels-last": torch.channels_last}


class Block(nn.Module):
    """core/encoder/compact.c: batch norm and ReLU before each convolution."""

    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.norm_1 = nn.BatchNorm2d(channels_in)
        self.norm_2 = nn.BatchNorm2d(channels)
        self.convolution_1 = nn.Conv2d(channels_in, channels, 3, stride, 1,
                                       bias=False)
        self.convolution_2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.shortcut = None
        if stride > 1 or channels_in != channels:
            self.shortcut = nn.Conv2d(channels_in, channels, 1, stride,
                                      bias=False)

    def forward(self, x):
        active = functional.relu(self.norm_1(x), inplace=True)
        short = self.shortcut(active) if self.shortcut else x
        x = self.convolution_1(active)
        x = functional.relu(self.norm_2(x), inplace=True)
        return self.convolution_2(x) + short


def compact():
    layers = [nn.Conv2d(1, 32, 3, 2, 1, bias=False)]
    before = 32
    for stage in range(4):
        layers.append(Block(before, 32 << stage, 2 if stage else 1))
        before = 32 << stage
    return nn.Sequential(
        *layers, nn.BatchNorm2d(before), nn.ReLU(inplace=True),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(before, 256), nn.ReLU(inplace=True), nn.Linear(256, 128))


def finetuned():
    network = onnx_network.load(f"{peer.FOLDER}/network.onnx")
    return nn.Sequential(network, nn.Linear(network.width, 512),
                         nn.ReLU(inplace=True), nn.Linear(512, 128))


class RmLoss(nn.Module):
    """core/methods/rm-loss.c with its default options."""

    def __init__(self, width):
        super().__init__()
        self.head = nn.Linear(width, 1)
        self.log_scale = nn.Parameter(torch.zeros(1))
        self.error = self.deviation = self.threshold = None

    def forward(self, features, labels):
        n = len(labels)
        delta = (labels[:, None] - labels[None, :]).abs()
        weights = torch.exp(self.near() * delta * delta) + 1
        weights.fill_diagonal_(0)
        distances = torch.cdist(features, features)
        errors = (self.log_scale.exp() * distances - delta).abs()
        weighted = (weights * errors).detach()
        mean = weighted.sum() / (n * (n - 1))
        self.threshold = mean if self.threshold is None \
            else self.threshold + 0.1 * (mean - self.threshold)
        weights = weights * (weighted > self.threshold)
        metric = (weights * errors).sum() / weights.sum().clamp_min(1e-12)
        residuals = self.head(features)[:, 0] - labels
        error = residuals.detach().abs().mean()
        return self.skill(error, labels.abs().mean()) * metric \
            + 0.1 * (residuals * residuals).mean()

    def near(self):
        """-1 / 2 sigma^2, by the error of the batches before this one."""
        if self.error is None:
            return 0.0
        return -0.5 / (10 * self.error).clamp_min(0.01) ** 2

    def skill(self, error, deviation):
        """Of the batches before this one."""
        if self.error is None:
            self.error, self.deviation = error, deviation
            return 0.0
        skill = (1 - self.error / self.deviation).clamp(0, 1)
        self.error += 0.1 * (error - self.error)
        self.deviation += 0.1 * (deviation - self.deviation)
        return skill


def whole_batches(dataset, batch, steps):
    subset = torch.utils.data.Subset(
        dataset, [i % len(dataset) for i in range(batch * steps)])
    return DataLoader(subset, batch, num_workers=peer.THREADS,
                      persistent_workers=True)


def prepare(kind, size, batch, steps, precision, memory):
    size, batch, steps = int(size), int(batch), int(steps)
    memory = FORMATS[memory]
    channels = 3 if kind == "finetune" else 1
    network = finetuned() if kind == "finetune" else compact()
    network = network.to(memory_format=memory).train()
    loss = RmLoss(128)
    learnt = [*network.parameters(), *loss.parameters()]
    optimiser = torch.optim.AdamW(learnt, 1e-4, fused=True)
    labels = torch.from_numpy(peer.floats("labels.f32", steps, batch))

    if kind == "loading":
        batches = whole_batches(
            Pictures(f"{peer.FOLDER}/dataset", size, channels, "tensor"),
            batch, steps)
    else:
        batches = torch.from_numpy(peer.floats("pictures.f32", steps, batch,
                                               channels, size, size))

    def call():
        for pictures, targets in zip(batches, labels):
            optimiser.zero_grad()
            with torch.autocast("cpu", torch.bfloat16,
                                precision == "bfloat16"):
                features = network(pictures.contiguous(memory_format=memory))
            loss(features.float(), targets).backward()
            nn.utils.clip_grad_norm_(learnt, 5)
            optimiser.step()
        return [sum(numbers.numel() for numbers in learnt)]

    return call


peer.serve(prepare)
