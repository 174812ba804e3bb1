"""Another order of checks keeps what they need before them, and is really another one."""

import pytest

from autograder.suite.order import another_order

NEEDS = {"e": ("d", "a"), "d": ("c",), "c": (), "b": (), "a": ()}


@pytest.mark.parametrize("seed", range(20))
def test_what_is_needed_comes_before(seed):
    """Every check stands once, after all that it needs."""
    order = another_order(NEEDS, seed)
    assert sorted(order) == sorted(NEEDS)
    assert all(order.index(need) < order.index(name) for name, needs in NEEDS.items() for need in needs)


def test_seeds_give_other_orders_and_the_same_again():
    """Several seeds draw several orders, each reproducibly."""
    assert len({another_order(NEEDS, seed) for seed in range(20)}) > 5
    assert another_order(NEEDS, 3) == another_order(NEEDS, 3)


def test_the_first_seed_turns_the_order_round():
    """Whatever pair of checks stands in the wrong order by chance, 0 changes it; needs still hold."""
    assert another_order({"a": (), "b": (), "c": ()}, 0) == ("c", "b", "a")
    assert another_order({"a": (), "b": ("a",), "c": ()}, 0) == ("c", "a", "b")


def test_a_circle_of_needs_ends():
    """Checks that need each other still all stand in the order."""
    assert sorted(another_order({"a": ("b",), "b": ("a",), "c": ("a",)}, 0)) == ["a", "b", "c"]
