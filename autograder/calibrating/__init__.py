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
from autograder.sandbox.isolation.tiers import AUTO, Tier
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
        Only what is trained with this recipe, which takes the place of the one that the assignment chooses; by default
        whatever the checks train with.
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
    """The questions of an assignment, calibrated by recipe, and what that says of their floors."""

    recipes: Mapping[str, Mapping[GradeId, QuestionCalibration]]
    judgements: tuple[FloorJudgement, ...]

    def added_to(self, calibration: Calibration) -> Calibration:
        """Return a calibration in which these questions stand in the place of earlier ones."""
        for name, questions in self.recipes.items():
            calibration = calibration.replaced(name, dict(questions))
        return calibration


def calibrate(
    course: Course,
    assignment: Assignment,
    plan: Plan,
    *,
    isolation: str = AUTO,
    workers: int | None = None,
    on_progress: OnProgress = progress.ignore,
) -> Calibrated:
    """Train what is not known yet, and judge floors.

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
    if plan.recipe_name or assignment.settings.recipe:
        _setup(*assignment.recipe(plan.recipe_name), plan.device, workers)  # what cannot be had is said at once
    rubric = Rubric.read(assignment)
    questions = chosen_questions(rubric, plan.questions)
    corpus = read_corpus(assignment)
    variants = _variants(corpus, rubric, questions, plan.only)
    with ForkServer("autograder.sandbox.zygote", clean_environment()) as server:
        tier = choose(server.control, course.root, isolation)
        models = find_models(
            course,
            rubric,
            variants,
            questions,
            zygote=server.control,
            tier=tier,
            on_progress=on_progress,
            recipe=plan.recipe_name,
        )
    recipes, judgements = {}, []
    for name in sorted({model.recipe for model in models}, key=[*assignment.settings.recipes].index):
        _, recipe = assignment.recipe(name)
        its = [model for model in models if model.recipe == name]
        trained = _trained(course, assignment, plan, name, recipe, its, workers, tier, on_progress)
        recipes[name] = {
            question: msgspec.structs.replace(each, answers=answers(question, corpus, rubric))
            for question, each in trained.items()
        }
        judgements += [
            judge_floor(question, name, recipe, measure, each)
            for question, each in recipes[name].items()
            for measure in recipe.task.measures
            if measure in each.measures or recipe.floor(question, measure) is not None
        ]
    return Calibrated(recipes, tuple(judgements))


def _trained(
    course: Course,
    assignment: Assignment,
    plan: Plan,
    recipe_name: str,
    recipe: Recipe,
    models: Sequence[Model],
    workers: int | None,
    tier: Tier,
    on_progress: OnProgress,
) -> dict[GradeId, QuestionCalibration]:
    """Return the trainings of the models of one recipe, by question and without their answers."""
    setup = _setup(recipe_name, recipe, plan.device, workers)
    about = QuestionCalibration(
        recipe=without_floors(recipe),
        measures=(),
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
    return {
        question: msgspec.structs.replace(
            about,
            measures=next(model.measures for model in models if model.question == question),
            models=tuple(runs.of(model, jobs) for model in models if model.question == question),
        )
        for question in dict.fromkeys(model.question for model in models)
    }


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
