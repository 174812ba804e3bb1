"""Weights of depthwise separable convolutions."""

from __future__ import annotations

from autograder.suite import numbers, points, question

pytestmark = question("separable_parameters")


def draw(rng):
    """Return (kernel_size, channels, filters), channels and filters different, of some convolutions."""
    cases = []
    for kernel_size in (1, 3, 5):
        channels, more = int(rng.integers(3, 40)), int(rng.integers(5, 40))
        cases += [(kernel_size, channels, channels + more), (kernel_size, channels + more, channels)]
    return cases


def check(submission, position, what, asked, slips, rng):
    """Compare one of the two numbers, for some convolutions; `asked` and the slips compute it."""
    for k, c, f in draw(rng):
        found = submission.call("separable_parameters", k, c, f, returns=numbers(count=2))[position]
        fits = (sentence for sentence, count in slips.items() if found == count(k, c, f))
        why = next(fits, "write down the shapes of the weights")
        assert found == asked(k, c, f), (
            f"for kernels of {k} x {k}, {c} channels and {f} filters, the {what} one does not have {found:,} weights, "
            f"as your function says: {why}"
        )


@points(1, hint="Each filter has a kernel for each channel.", needs="test_two_counts")
def test_standard(submission, rng):
    """A standard convolution has a kernel for each pair of channel and filter."""
    slips = {
        "biases do not count": lambda k, c, f: (k * k * c + 1) * f,
        "a kernel has as many rows as columns, so its size is squared": lambda k, c, f: k * c * f,
        "that is the separable one: the standard one comes first": lambda k, c, f: k * k * c + c * f,
    }
    check(submission, 0, "standard", lambda k, c, f: k * k * c * f, slips, rng)


@points(2, hint="First one kernel for each channel, then filters of 1 x 1 on all of them.", needs="test_two_counts")
def test_separable(submission, rng):
    """A separable convolution has a kernel for each channel, and weights that mix the channels."""
    slips = {
        "the depthwise part has a kernel for each channel of the input, not for each filter": lambda k, c, f: (
            k * k * f + c * f
        ),
        "biases do not count": lambda k, c, f: k * k * c + c + c * f + f,
        "biases do not count here": lambda k, c, f: k * k * c + c * f + f,
        "that is the depthwise part alone": lambda k, c, f: k * k * c,
        "the pointwise part has a weight for each pair of channel and filter": lambda k, c, f: k * k * c + f,
        "that is the standard one: the separable one comes second": lambda k, c, f: k * k * c * f,
    }
    check(submission, 1, "separable", lambda k, c, f: k * k * c + c * f, slips, rng)
