"""Completes trainings: what is known is taken, the rest is made, kept and told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from autograder.calibrating.estimate import Estimate, extrapolated, shortened
from autograder.calibrating.journal import Finished, Journal
from autograder.calibrating.models import Model
from autograder.calibrating.progress import Measuring, OnProgress, Planned, Trained
from autograder.calibrating.workers import Job, Workers
from autograder.records import GradeId
from autograder.sandbox.isolation.tiers import Tier
from autograder.settings import Recipe
from autograder.training.calibration import CalibratedModel, SeedRun
from autograder.training.devices import Setup


class Runs:
    """The trainings that are known, by key, and those that are added to them."""

    def __init__(self, journal: Journal, committed: Mapping[str, SeedRun], on_progress: OnProgress) -> None:
        self._journal = journal
        self._on_progress = on_progress
        self._finished = journal.read()
        self._runs = {**committed, **{key: each.run for key, each in self._finished.items()}}

    def complete(self, jobs: Sequence[Job], recipe_name: str, recipe: Recipe, setup: Setup, tier: Tier) -> None:
        """Train what is not known."""
        estimate = Estimate()
        for job in jobs:
            if job.key in self._finished:
                estimate.add(job, self._finished[job.key].seconds)
        todo = {job.key: job for job in jobs if job.key not in self._runs}
        total = len({job.key for job in jobs})
        count = min(setup.slots, max(len(todo), 1))
        plan = Planned(
            recipe=recipe_name,
            models=len({job.model.key for job in jobs}),
            total=total,
            known=total - len(todo),
            workers=count,
            seconds_left=0.0,
        )
        if not todo:
            self._on_progress(plan)
            return
        with Workers(msgspec.structs.replace(setup, slots=count), tier) as training:
            self._measure(training, todo.values(), estimate, recipe_name, recipe)
            self._on_progress(msgspec.structs.replace(plan, seconds_left=estimate.left(todo.values(), count)))
            for done in training.train(tuple(todo.values()), recipe_name, recipe):
                job = todo.pop(done.job.key)
                self._journal.add(Finished(key=job.key, run=done.run, seconds=round(done.seconds, 2)))
                self._runs[job.key] = done.run
                estimate.add(job, done.seconds)
                self._on_progress(
                    Trained(
                        question=job.model.question,
                        variant=job.model.variants[0],
                        seed=job.seed,
                        value=done.run.best(recipe.measure),
                        seconds=done.seconds,
                        done=total - len(todo),
                        total=total,
                        seconds_left=estimate.left(todo.values(), count) or 0.0,
                    )
                )

    def of(self, model: Model, jobs: Iterable[Job]) -> CalibratedModel:
        """Return a model with its trainings, by seed."""
        return CalibratedModel(
            variants=model.variants,
            misses=model.misses,
            key=model.key,
            runs=tuple(self._runs[job.key] for job in jobs if job.model is model),
        )

    def _measure(
        self, training: Workers, todo: Iterable[Job], estimate: Estimate, recipe_name: str, recipe: Recipe
    ) -> None:
        """Make a short training for each question of which nothing is known."""
        first: dict[GradeId, Job] = {}
        for job in todo:
            first.setdefault(job.model.question, job)
        unknown = {question: job for question, job in first.items() if not estimate.knows(question)}
        short = shortened(recipe)
        if short is None or not unknown:
            return
        self._on_progress(Measuring(questions=tuple(unknown)))
        for done in training.train(tuple(unknown.values()), recipe_name, short):
            estimate.measured(done.job.model.question, extrapolated(done, short, recipe))
