"""What training costs, as a result: the trainer beside a plain `model.fit`, and what the early verdict saves.

Run it from the repository's root, on a quiet machine::

    python benchmarks/training_rows.py
    python benchmarks/training_rows.py --quick

`training.py` measures more of the same, by hand: every model of the corpus, other ways to compute, GPUs.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from classes import ASSIGNMENT
from results import Column, Promise, Table, save
from training import epoch_s
from trainings import Bench, Early, early

from autograder.calibrating.models import find_models
from autograder.calibrating.progress import ignore
from autograder.calibrating.variants import trained_questions
from autograder.corpus import VariantKind, read_corpus
from autograder.course import Course
from autograder.rubric import Rubric
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.spec import clean_environment
from autograder.settings import Recipe
from autograder.training.devices import Setup, TrainingOptions, find

RECIPE, ROUNDS = "quick", 1
MODELS = ("small_batchnorm", "residual")
THROUGHPUT, EARLY = 1.0, 0.5
"""What is promised: of a plain `fit`'s throughput, and of the time of the same attempts in full."""


def measure(*, quick: bool) -> None:
    """Measure everything and save it."""
    begin = time.perf_counter()
    course = Course(Path(__file__).parents[1])
    recipe = course.assignment(ASSIGNMENT).settings.recipes[RECIPE]
    setup = find(RECIPE, recipe, TrainingOptions())
    speed, ratios = _speed(setup, MODELS[:1] if quick else MODELS)
    runs = _early(course, recipe, setup, 1 if quick else 3)
    seconds = [sum(run.seconds[place] for run in runs) for place in (0, 1)]
    wall_share = round(seconds[0] / seconds[1], 2)
    columns = (
        *(Column("model"), Column("plain", "s", 2), Column("ours", "s", 2), Column("throughput", "x", 2)),
        *(Column("plain, CPU", "s", 2), Column("ours, CPU", "s", 2)),
    )
    early_columns = (
        *(Column("question"), Column("verdict"), Column("epochs"), Column("of"), Column("until the verdict", "s", 1)),
        Column("in full", "s", 1),
    )
    rows = tuple(
        (f"`{run.question}`", "passes" if run.passes else "misses", *run.epochs, *(round(s, 2) for s in run.seconds))
        for run in runs
    )
    save(
        "training",
        title="Training",
        intro=(
            f"Recipe `{RECIPE}` of `{ASSIGNMENT}`: {recipe.num_train:,} images, {recipe.epochs} epochs, on a "
            f"{setup.device} with {setup.backend}; no wall, in both. docs/training.md has what comes out of it, and "
            "the early verdict over all models of the corpus, wrong ones among them."
        ),
        tables=(
            Table("An epoch, beside a plain `model.fit`", columns, tuple(speed)),
            Table("The reference's models until their verdict, and the same attempts in full", early_columns, rows),
        ),
        promises=(
            Promise("throughput of training, of a plain `model.fit`", THROUGHPUT, min(ratios), "x", 2, at_least=True),
            Promise("the reference's models until the verdict, of the time in full", EARLY, wall_share, "x", 2),
        ),
        seconds=time.perf_counter() - begin,
        quick=quick,
    )


def _speed(setup: Setup, names: tuple[str, ...]) -> tuple[list[tuple[float | str | None, ...]], list[float]]:
    """Return rows and ratios of the best of some rounds each, in turns."""
    rows: list[tuple[float | str | None, ...]] = []
    ratios = []
    for name in names:
        found: dict[str, list[tuple[float, float]]] = {"plain": [], "ours": []}
        for _ in range(ROUNDS):
            for what, times in found.items():
                times.append(epoch_s(name, what, setup)[:2])
        (plain, plain_cpu), (ours, ours_cpu) = (
            tuple(round(min(column), 3) for column in zip(*times, strict=True)) for times in found.values()
        )
        ratios.append(round(plain / ours, 3))
        rows.append((f"`{name}`", plain, ours, ratios[-1], plain_cpu, ours_cpu))
        print(f"  {name}: {plain:.2f} s plain, {ours:.2f} s ours", flush=True)
    return rows, ratios


def _early(course: Course, recipe: Recipe, setup: Setup, count: int) -> list[Early]:
    assignment = course.assignment(ASSIGNMENT)
    rubric = Rubric.read(assignment)
    reference = [each for each in read_corpus(assignment) if each.kind is VariantKind.REFERENCE]
    with ForkServer("autograder.sandbox.zygote", clean_environment()) as zygote:
        models = find_models(
            course,
            rubric,
            reference,
            trained_questions(rubric),
            zygote=zygote.control,
            tier=Tier.NONE,
            on_progress=ignore,
        )
        runs = []
        for model in models[:count]:
            runs.append(early(Bench(zygote, setup), model, recipe, 0))
            print(f"  {runs[-1].question}: {runs[-1].seconds[0]:.1f} of {runs[-1].seconds[1]:.1f} s", flush=True)
    return runs


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="What training costs, and what the early verdict saves.")
    parser.add_argument("--quick", action="store_true", help="one model: whether it works, no figures")
    measure(quick=parser.parse_args().quick)
