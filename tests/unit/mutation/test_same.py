"""When two answers are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.mutation.same import is_same
from autograder.wire.plain import Opaque


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, np.int64(1)),
        ((1, [2.0]), [1, (2.0 + 1e-8,)]),
        ({"loss": np.float32(0.1)}, {"loss": 0.1}),
        (np.ones((2, 2), np.uint8), np.ones((2, 2), np.int64)),
        (float("nan"), float("nan")),
        (None, None),
        ("a", "a"),
    ],
)
def test_the_same(one: Any, other: Any) -> None:
    """Rounding, and how a sequence is written, do not count."""
    assert is_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (1, None),
        ("1", 1),
        ([1, 2], [1]),
        ([[1], [2]], [1, 2]),
        ({"a": 1}, {"b": 1}),
        (0.1, 0.1001),
        (np.zeros(3), np.zeros((3, 1))),
        (Opaque("module.Thing"), Opaque("module.Thing")),
    ],
)
def test_not_the_same(one: Any, other: Any) -> None:
    """Whole numbers are told from others, and of what cannot be sent nothing is known."""
    assert not is_same(one, other)
