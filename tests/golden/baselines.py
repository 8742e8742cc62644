# SPDX-License-Identifier: GPL-3.0-or-later
#
# Golden numbers for tests/methods/test-baselines.c: ATrip and OrdReg written
# from their formulas, gradients by PyTorch's autograd, in double precision.
#
#   python3 tests/golden/baselines.py > tests/methods/baselines-golden.h

import torch

torch.set_default_dtype(torch.float64)

N, WIDTH, N_LABELS, RANKS = 6, 5, 2, 4


def distance(rows, i, j):
    return (rows[i] - rows[j]).pow(2).sum().sqrt()


def atriplet(features, labels):
    terms = []
    for a in range(N):
        for p in range(N):
            for q in range(N):
                if len({a, p, q}) < 3:
                    continue
                near, far = distance(labels, a, p), distance(labels, a, q)
                if near < far:
                    terms.append(torch.relu(distance(features, a, p)
                                            - distance(features, a, q)
                                            + far - near))
    return torch.stack(terms).mean()


def ordreg(features, labels, weight):
    low, high = labels.min(0).values, labels.max(0).values
    step = (high - low) / RANKS
    losses, answers = [], []
    for m in range(N_LABELS):
        thresholds = low[m] + step[m] * torch.arange(1, RANKS)
        logits = (features @ weight[m])[:, None] - 1.702 * thresholds
        above = (labels[:, m:m + 1] > thresholds).double()
        losses.append(torch.nn.functional.binary_cross_entropy_with_logits(
            logits, above))
        answers.append(low[m] + step[m] / 2
                       + step[m] * torch.sigmoid(logits).sum(1))
    return torch.stack(losses).mean(), torch.stack(answers, 1)


def show(name, values):
    print("static const float %s[] = { %s };"
          % (name, ", ".join("%.9g" % v for v in values.flatten().tolist())))


def main():
    generator = torch.Generator().manual_seed(7)

    def draw(*shape):
        return torch.randn(*shape, generator=generator).float().double()

    print("/* SPDX-License-Identifier: GPL-3.0-or-later")
    print(" *")
    print(" * Made by tests/golden/baselines.py; do not edit.")
    print(" */")
    features = draw(N, WIDTH).requires_grad_()
    labels, weight = draw(N, N_LABELS), draw(N_LABELS, WIDTH)
    show("golden_features", features.detach())
    show("golden_labels", labels)
    show("golden_weight", weight)

    loss = atriplet(features, labels)
    loss.backward()
    print("static const double golden_atriplet_loss = %.12g;" % loss.item())
    show("golden_atriplet_gradient", features.grad)

    features.grad = None
    loss, answers = ordreg(features, labels, weight)
    loss.backward()
    print("#define GOLDEN_RANKS %d" % RANKS)
    print("static const double golden_ordreg_loss = %.12g;" % loss.item())
    show("golden_ordreg_gradient", features.grad)
    show("golden_ordreg_answers", answers.detach())


main()
