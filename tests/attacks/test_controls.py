"""Every attack works where its defence is taken away: what the other tests see fail is not harmless by itself."""

from __future__ import annotations

import os

import pytest
from attacks import naive
from attacks.attack import Attack, Control, Facts
from attacks.catalogue import ATTACKS
from attacks.harness import Graded

pytestmark = pytest.mark.attack
FEWEST = 60


def _with(control: Control) -> list[Attack]:
    return [attack for attack in ATTACKS if attack.control is control]


def _named(attack: Attack) -> str:
    return attack.name


def test_there_are_enough_attacks_and_each_has_a_control() -> None:
    """Names tell attacks apart, and where no control is run there is a reason."""
    names = [attack.name for attack in ATTACKS]
    assert len(set(names)) == len(names) >= FEWEST
    assert all(name.isidentifier() for name in names)
    assert all(attack.why_no_control for attack in _with(Control.UNSAFE))
    assert all(attack.succeeds is not None for attack in _with(Control.OWN))


@pytest.mark.slow
@pytest.mark.parametrize("attack", _with(Control.NO_WALL), ids=_named)
def test_it_works_without_a_wall(unprotected: Graded, attack: Attack) -> None:
    """Without a wall the attack tells of success, or what it leaves is found."""
    if attack.needs_root and os.getuid() != 0:
        pytest.skip("only root can do this, wall or not")
    if attack.trace:
        left = (*unprotected.left, *unprotected.running)
        assert any(f"{unprotected.facts.marker}-{attack.trace}" in each for each in left), left
    else:
        assert Facts.LOOT in unprotected.shown(attack.name)


@pytest.mark.slow
@pytest.mark.parametrize("attack", _with(Control.OWN), ids=_named)
def test_it_works_without_its_own_defence(attack: Attack) -> None:
    """Against what stands in for a grader without the defence the attack works."""
    assert attack.succeeds is not None
    attack.succeeds()


@pytest.mark.slow
@pytest.mark.parametrize("attack", _with(Control.NAIVE), ids=_named)
def test_it_fools_a_naive_grader(attack: Attack) -> None:
    """A grader that shares its process with the notebook, or believes a word of it, gives the attack full marks."""
    assert naive.grade(attack) == naive.FULL_MARKS
