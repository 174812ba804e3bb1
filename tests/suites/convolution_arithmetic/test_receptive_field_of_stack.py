"""Receptive fields after each layer of a stack."""

from __future__ import annotations

import numpy as np

from autograder.suite import numbers, points, question

pytestmark = question("receptive_field_of_stack")


def fields_of(layers):
    """Return the sizes after each of the layers (kernel, stride, dilation)."""
    kernels, strides, dilations = np.array(layers).T
    return 1 + np.cumsum((kernels - 1) * dilations * np.cumprod([1, *strides[:-1]]))


def check(submission, layers, slips):
    """Compare the sizes for one stack; `slips` changes the layers as a slip would."""
    found = submission.call("receptive_fields", layers, returns=numbers(count=len(layers)))
    wrong = np.flatnonzero(np.array(found) != fields_of(layers))
    if not len(wrong):
        return
    fits = (sentence for sentence, sizes in slips.items() if np.array_equal(found, sizes))
    why = next(fits, "draw the stack, and count the pixels that one number sees")
    assert not len(wrong), (
        f"for the layers {layers}, as (kernel, stride, dilation), the sizes are {list(found)}; "
        f"that of layer {wrong[0] + 1} is another one: {why}"
    )


@points(
    1, hint="Each layer adds its kernel less one: neighbouring windows overlap.", needs="test_one_size_for_each_layer"
)
def test_kernels(submission, rng):
    """Each layer of stride 1 adds its kernel less one."""
    for num_layers in (1, 2, 4):
        layers = [(int(kernel), 1, 1) for kernel in rng.integers(2, 6, size=num_layers)]
        check(submission, layers, {"the kernels are added up": np.cumsum([layer[0] for layer in layers])})


@points(1, hint="A stride counts for the layers behind it only.", needs="test_kernels")
def test_strides(submission, rng):
    """Strides, also of poolings, stretch what later layers see."""
    for num_layers in (2, 3, 4):
        kernels = [int(kernel) for kernel in rng.integers(2, 6, size=num_layers)]
        strides = [int(stride) for stride in rng.permutation([2, 3, 1, 2][:num_layers])]
        strides[0] = max(strides[0], 2)
        layers = [(kernel, stride, 1) for kernel, stride in zip(kernels, strides, strict=True)]
        own = 1 + np.cumsum((np.array(kernels) - 1) * np.cumprod(strides))
        slips = {
            "the strides are ignored": fields_of([(kernel, 1, 1) for kernel in kernels]),
            "a layer's own stride is counted for itself": own,
        }
        check(submission, layers, slips)


@points(1, hint="Between the weights of a dilated kernel there are holes, which it reaches over.", needs="test_kernels")
def test_dilation(submission, rng):
    """A dilated kernel reaches over its holes."""
    for num_layers in (1, 2, 3):
        layers = [
            (int(rng.integers(2, 6)), int(stride), int(dilation))
            for stride, dilation in zip((2, 1, 2), rng.permutation([2, 3, 4][:num_layers]), strict=False)
        ]
        check(submission, layers, {"the dilation is ignored": fields_of([(k, s, 1) for k, s, _ in layers])})
