"""A node of a cluster refuses what would make its reports other ones."""

from __future__ import annotations

import contextlib

from autograder.pool.node import Node, train_on_card, versions
from autograder.secret import CourseSecret
from autograder.training.devices import Setup

SECRET = CourseSecret("of a course that nobody gives")


def test_other_versions_are_refused() -> None:
    """A node with another Keras than the driver's says so, and starts nothing."""
    expected = {**versions(), "keras": "1.0"}
    with contextlib.closing(Node({}, SECRET, expected)) as node:
        answer = node.begin("auto")
    assert answer == {"refused": f"it has keras {versions()['keras']}, and the command keras 1.0: make them alike"}


def test_a_card_without_a_number_trains_nothing() -> None:
    """What Ray calls by another name than a number cannot be given to the libraries."""
    (answer,) = train_on_card(SECRET, "aa", {}, Setup(device="gpu", cards=1), "MIG-1234", versions())
    assert answer["raised"]["kind"] == "InfrastructureError"
    assert "its GPU MIG-1234 has no number" in answer["raised"]["message"]
