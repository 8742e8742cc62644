# SPDX-License-Identifier: GPL-3.0-or-later
#
# Golden numbers for tests/methods/test-rm-loss.c: RM-Loss written from its
# formula over all ordered pairs, gradients by PyTorch's autograd, in double
# precision. Prints the C header tests/methods/rm-loss-golden.h:
#
#   python3 tests/golden/rm-loss.py > tests/methods/rm-loss-golden.h

import torch

torch.set_default_dtype(torch.float64)

N, WIDTH = 7, 4


def rm_loss(features, labels, scale, sigma, alpha, mining, knee, mean):
    """One batch; mean: the running one of w D, NaN before the first batch."""
    numerator = denominator = torch.zeros(())
    errors = []
    for i in range(len(features)):
        for j in range(len(features)):
            if i == j:
                continue
            d = (features[i] - features[j]).pow(2).sum().sqrt()
            delta = (labels[i] - labels[j]).pow(2).sum().sqrt()
            error = (scale * d - delta).abs()
            weight = torch.exp(-delta ** 2 / (2 * sigma ** 2)) + alpha
            errors.append((error, weight))
    latest = sum((w * e).item() for e, w in errors) / len(errors)
    mean = latest if mean != mean else 0.9 * mean + 0.1 * latest
    for error, weight in errors:
        if not mining or (weight * error).item() > mean:
            cost = weight * error
            if knee > 0 and cost.item() > knee * mean:
                cost = (cost ** 2 + (knee * mean) ** 2) / (2 * knee * mean)
            numerator = numerator + cost
            denominator = denominator + weight
    return numerator / denominator, mean


def numbers(values):
    return ", ".join("%.9g" % v for v in values)


def main():
    generator = torch.Generator().manual_seed(20221017)
    print("/* SPDX-License-Identifier: GPL-3.0-or-later")
    print(" *")
    print(" * Made by tests/golden/rm-loss.py; do not edit.")
    print(" */")
    print("#define GOLDEN_N %d" % N)
    print("#define GOLDEN_WIDTH %d" % WIDTH)
    print()
    print("static const Golden goldens[] = {")
    cases = [
        ("without-mining", 1, 0.5, 0.1, False, 0),
        ("with-mining", 1, 0.5, 0.1, True, 0),
        ("global-weights", 1, float("inf"), 0.1, False, 0),
        ("no-leak", 1, 0.25, 0.0, True, 0),
        ("vector-labels", 2, 1.5, 0.1, True, 0),
        ("with-a-knee", 1, 0.5, 0.1, False, 1.5),
        ("with-a-knee-and-mining", 1, 0.5, 0.1, True, 2),
    ]
    for name, n_labels, sigma, alpha, mining, knee in cases:
        mean = float("nan")
        # Two batches, so that the mean is seen to live across them.
        for batch in range(2):
            features = torch.randn(N, WIDTH, generator=generator).float() \
                .double().requires_grad_()
            labels = torch.randn(N, n_labels, generator=generator).float() \
                .double()
            scale = torch.tensor(1.25, requires_grad=True)
            loss, mean = rm_loss(features, labels, scale, sigma, alpha,
                                 mining, knee, mean)
            loss.backward()
            print("  { .name = \"%s\", .continues = %d," % (name, batch))
            print("    .n_labels = %d, .sigma = %s, .alpha = %g, .mining = %d,"
                  % (n_labels, "INFINITY" if sigma == float("inf")
                     else "%g" % sigma, alpha, mining))
            print("    .knee = %g," % knee)
            print("    .scale = 1.25, .loss = %.12g, .mean = %.12g,"
                  % (loss.item(), mean))
            print("    .d_scale = %.12g," % scale.grad.item())
            print("    .labels = { %s }," % numbers(labels.flatten().tolist()))
            print("    .features = { %s },"
                  % numbers(features.detach().flatten().tolist()))
            print("    .d_features = { %s } },"
                  % numbers(features.grad.flatten().tolist()))
    print("};")


main()
