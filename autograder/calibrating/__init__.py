"""Chooses floors by measurement: trains the models of a corpus whose verdict is known, over many made-up courses.

Every seed is another course, with other images, initial weights and order. The reference is trained with many seeds;
accepted variants of other architectures, and mistakes that have to miss the floor, with a few. Each training is
kept as soon as it is finished, and none is made twice.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from autograder.calibrating import progress
from autograder.calibrating.journal import Journal, run_key, runs_of
from autograder.calibrating.models import Model, find_models
from autograder.calibrating.progress import OnProgress
from autograder.calibrating.runs import Runs
from autograder.calibrating.variants import answers, chosen_questions, must_miss, must_pass
from autograder.calibrating.workers import Job
from autograder.corpus import Variant, VariantKind, read_corpus
from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.records import GradeId
from autograder.rubric import Rubric
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation.choice import choose
from autograder.sandbox.isolation.tiers import AUTO
from autograder.sandbox.spec import clean_environment
from autograder.settings import Device, Recipe
from autograder.training import devices
from autograder.training.calibration import (
    Calibration,
    QuestionCalibration,
    data_fingerprint,
    read_calibration,
    versions,
    without_floors,
    write_calibration,
)
from autograder.training.devices import Setup, TrainingOptions
from autograder.training.floors import FloorJudgement, judge_floor
from autograder.training.service import TRAINER_VERSION
from autograder.training.statistics import OTHER_SEEDS, SEEDS


@dataclass(frozen=True)
class Plan:
    """What is to be calibrated.

    Parameters
    ----------
    recipe_name
        The recipe; by default the one that the assignment chooses.
    questions
        Only these, where any are named.
    only
        A pattern of variants' names; the reference is trained in any case.
    seeds, other_seeds
        Trainings of the reference's models, and of each other one.
    retrain
        Whether to train again what is known.
    device
        What to train on; by default what the recipe asks for, else a GPU where there is one.
    """

    recipe_name: str | None = None
    questions: tuple[str, ...] = ()
    only: str = "*"
    seeds: int = SEEDS
    other_seeds: int = OTHER_SEEDS
    retrain: bool = False
    device: Device = Device.AUTO


@dataclass(frozen=True)
class Calibrated:
    """The questions of an assignment, calibrated under one recipe, and what that says of their floors."""

    recipe_name: str
    questions: Mapping[GradeId, QuestionCalibration]
    judgements: tuple[FloorJudgement, ...]

    def added_to(self, calibration: Calibration) -> Calibration:
        """Return a calibration in which these questions stand in the place of earlier ones."""
        return calibration.replaced(self.recipe_name, dict(self.questions))


def calibrate(
    course: Course,
    assignment: Assignment,
    plan: Plan,
    *,
    isolation: str = AUTO,
    workers: int | None = None,
    on_progress: OnProgress = progress.ignore,
) -> Calibrated:
    """Train what is not known yet, and judge the floors of a recipe.

    Parameters
    ----------
    isolation
        The wall around the corpus's notebooks and our own processes, as `choose` takes it.
    workers
        Trainings at a time; by default one for each core, or for each GPU where those train.

    Raises
    ------
    UsageError
        If there is no such recipe, question or device, or no variant is named like that.
    AssignmentError
        If a model of the corpus cannot be found or trained.
    InfrastructureError
        If a process fails, or no wall holds. What was finished is kept.
    """
    recipe_name, recipe = assignment.recipe(plan.recipe_name)
    setup = _setup(recipe_name, recipe, plan.device, workers)
    rubric = Rubric.read(assignment)
    questions = chosen_questions(rubric, plan.questions)
    corpus = read_corpus(assignment)
    variants = _variants(corpus, rubric, questions, plan.only)
    with ForkServer("autograder.sandbox.zygote", clean_environment()) as server:
        tier = choose(server.control, course.root, isolation)
        models = find_models(
            course, rubric, variants, questions, zygote=server.control, tier=tier, on_progress=on_progress
        )
    about = QuestionCalibration(
        recipe=without_floors(recipe),
        data=data_fingerprint(recipe),
        trainer=TRAINER_VERSION,
        versions=versions(setup.backend),
        answers={},
        models=(),
    )
    jobs = _jobs(models, plan, lambda model, seed: run_key(model.key, seed, setup.device, about))
    journal = Journal(course.calibration_journal(assignment.id))
    if plan.retrain:
        journal.forget(job.key for job in jobs)
    committed = {} if plan.retrain else runs_of(read_calibration(assignment.calibration, assignment.id))
    runs = Runs(journal, committed, on_progress)
    runs.complete(jobs, recipe_name, recipe, setup, tier)
    found = {
        question: msgspec.structs.replace(
            about,
            answers=answers(question, corpus, rubric),
            models=tuple(runs.of(model, jobs) for model in models if model.question == question),
        )
        for question in questions
    }
    judgements = tuple(
        judge_floor(question, recipe_name, recipe.floors.get(question), recipe.attempts, each)
        for question, each in found.items()
    )
    return Calibrated(recipe_name, found, judgements)


def write(assignment: Assignment, calibrated: Calibrated) -> None:
    """Write calibrated questions into the assignment's calibration file; others in it stay."""
    before = read_calibration(assignment.calibration, assignment.id)
    write_calibration(assignment.calibration, calibrated.added_to(before))


def _variants(
    corpus: Iterable[Variant], rubric: Rubric, questions: Sequence[GradeId], only: str
) -> tuple[Variant, ...]:
    """Return whose models are needed: the reference, and of what is named like `only` all that has a verdict here."""
    chosen = [
        variant
        for variant in corpus
        if variant.kind is VariantKind.REFERENCE
        or (
            fnmatch.fnmatchcase(variant.name, only)
            and (must_pass(variant) or must_miss(variant, rubric) & {*questions})
        )
    ]
    if not any(fnmatch.fnmatchcase(variant.name, only) for variant in chosen):
        raise UsageError(f"no variant that is trained for {', '.join(questions)} is named like {only!r}")
    return tuple(chosen)


def _setup(recipe_name: str, recipe: Recipe, device: Device, workers: int | None) -> Setup:
    """Return what trains, and how many at a time: on a CPU one for each core, on GPUs one for each card."""
    setup = devices.find(recipe_name, recipe, TrainingOptions(device=device))
    if setup.device != devices.CPU:
        return devices.find(recipe_name, recipe, TrainingOptions(device=device, slots=workers))
    return msgspec.structs.replace(setup, slots=workers or len(os.sched_getaffinity(0)))


def _jobs(models: Sequence[Model], plan: Plan, key: Callable[[Model, int], str]) -> tuple[Job, ...]:
    """Return what has to be trained, a seed of every model before the next: something is soon known of each."""
    found = []
    for seed in range(max(plan.seeds, plan.other_seeds)):
        for model in models:
            is_reference = VariantKind.REFERENCE.value in model.variants
            if seed < (plan.seeds if is_reference else plan.other_seeds):
                found.append(Job(model, seed, key(model, seed)))
    return tuple(found)
