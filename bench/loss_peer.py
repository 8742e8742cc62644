# SPDX-License-Identifier: GPL-3.0-or-later
#
# RM-Loss in PyTorch, with autograd.
#
#   prepare cdist N WIDTH MINING     written straightforwardly
#   prepare product N WIDTH MINING   squared distances by a matrix product
import torch

import peer


def pair_distances(kind, features):
    if kind == "cdist":
        return torch.cdist(features, features)
    squares = (features * features).sum(1)
    products = features @ features.T
    squared = squares[:, None] + squares[None, :] - 2 * products
    # Distance has no slope at 0.
    return squared.clamp_min(1e-12).sqrt()


def rm_loss(kind, features, labels, scale, sigma, alpha, mining):
    delta = (labels[:, None] - labels[None, :]).abs()
    weights = torch.exp(delta * delta / (-2 * sigma * sigma)) + alpha
    errors = (scale * pair_distances(kind, features) - delta).abs()
    different = ~torch.eye(len(labels), dtype=torch.bool)
    weights = weights * different
    if mining:
        n = len(labels)
        threshold = (weights * errors).detach().sum() / (n * (n - 1))
        weights = weights * (weights * errors.detach() > threshold)
    return (weights * errors).sum() / weights.sum()


def prepare(kind, n, width, mining):
    n, width, mining = int(n), int(width), int(mining)
    features = torch.from_numpy(peer.floats("features.f32", n, width))
    labels = torch.from_numpy(peer.floats("labels.f32", n))
    features.requires_grad_()
    scale = torch.tensor(0.1, requires_grad=True)

    def call():
        features.grad = scale.grad = None
        loss = rm_loss(kind, features, labels, scale, 1.0, 0.1, mining)
        loss.backward()
        return [loss.item(), scale.grad.item(), features.grad[0].norm().item()]

    return call


peer.serve(prepare)
