"""Sizes along an axis, of convolutions and of transposed ones."""

from __future__ import annotations

from autograder.suite import number, points, question

pytestmark = question("output_size")


def check(submission, name, arguments, asked, slips):
    """Compare the size for one set of arguments."""
    found = submission.call(name, **arguments, returns=number())
    why = next((sentence for sentence, size in slips.items() if size == found), "draw this case, and count")
    words = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    assert found == asked, f"for {words}, `{name}` returns {found:g}, another size was asked for: {why}"


def draw(rng, stride):
    """Return (n, kernel) such that a convolution without padding leaves a rest, and such that it leaves none."""
    cases = []
    for rest in range(stride):
        kernel = int(rng.integers(2, 6))
        cases.append((kernel + stride * int(rng.integers(2, 7)) + rest, kernel))
    return cases


@points(1, hint="Count the positions: the first one counts, a last half step does not.")
def test_valid(submission, rng):
    """Without padding, the size counts the positions where the kernel fits."""
    for stride in (1, 2, 3):
        for n, kernel in draw(rng, stride):
            arguments = {"n": n, "kernel": kernel, "padding": "valid", "stride": stride}
            slips = {
                "the first position counts, too": (n - kernel) // stride,
                "a last step that reaches over the border does not count": -(-(n - kernel) // stride) + 1,
                "that is the size with padding": -(-n // stride),
                "the stride is ignored": n - kernel + 1,
            }
            check(submission, "output_size", arguments, (n - kernel) // stride + 1, slips)


@points(1, hint="Without a rest it is n / stride; with one, the window of the rest counts as well.")
def test_same(submission, rng):
    """With `same` padding, the size is n divided by the stride, rounded up."""
    for stride in (1, 2, 3):
        for n, kernel in draw(rng, stride):
            arguments = {"n": n, "kernel": kernel, "padding": "same", "stride": stride}
            slips = {
                "it is rounded down: the last pixels get a window, too": n // stride,
                "that is the size without padding": (n - kernel) // stride + 1,
                "the stride is ignored": n,
            }
            check(submission, "output_size", arguments, -(-n // stride), slips)


@points(1, hint="How many pixels lie between the first and the last weight of a dilated kernel?")
def test_dilation(submission, rng):
    """A dilated kernel reaches further; with `same` padding that makes no difference."""
    for dilation in (2, 3):
        for stride in (1, 2):
            kernel = int(rng.integers(2, 5))
            reach = dilation * (kernel - 1) + 1
            n = reach + stride * int(rng.integers(2, 6)) + stride - 1
            arguments = {"n": n, "kernel": kernel, "padding": "valid", "stride": stride, "dilation": dilation}
            slips = {
                "the dilation is ignored": (n - kernel) // stride + 1,
                "a kernel of k weights has k - 1 holes in it, not k": (n - dilation * kernel) // stride + 1,
            }
            check(submission, "output_size", arguments, (n - reach) // stride + 1, slips)
            same = arguments | {"padding": "same"}
            check(
                submission,
                "output_size",
                same,
                -(-n // stride),
                {"the padding makes up for the dilation": n - reach + 1},
            )


@points(1, hint="The last input begins at (n - 1) * stride, and puts a whole kernel there; a gap at the end counts.")
def test_transposed_valid(submission, rng):
    """Without padding, a transposed convolution keeps all that was written, and at least n times the stride."""
    for stride in (1, 2, 3):
        for kernel in (stride, stride + int(rng.integers(1, 4)), max(stride - 1, 1)):
            n = int(rng.integers(3, 9))
            arguments = {"n": n, "kernel": kernel, "padding": "valid", "stride": stride}
            slips = {
                "that is too short where the kernel is smaller than the stride": n * stride + kernel - stride,
                "what reaches over n times the stride is kept": n * stride,
                "that is what a usual convolution makes": (n - kernel) // stride + 1,
            }
            check(submission, "transposed_output_size", arguments, n * stride + max(kernel - stride, 0), slips)


@points(1, hint="It undoes what a convolution with such a stride did to the size.")
def test_transposed_same(submission, rng):
    """With `same` padding, a transposed convolution makes n times the stride."""
    for stride in (1, 2, 3):
        n, kernel = int(rng.integers(3, 9)), stride + int(rng.integers(1, 4))
        arguments = {"n": n, "kernel": kernel, "padding": "same", "stride": stride}
        slips = {
            "that is what a usual convolution makes": -(-n // stride),
            "that is the size without padding": n * stride + kernel - stride,
        }
        check(submission, "transposed_output_size", arguments, n * stride, slips)
