"""Hands the submissions of a class out to the nodes of a cluster, and hears what becomes of them.

A submission that waits for a training holds no place on its node, as in `pool.local`. One whose grading process died,
or met the death of another process of ours, is graded once more; one whose node is lost as often as nodes are lost
under it, up to a bound beyond which it is taken for the reason. Trainings are made on the CPU of a node one at a time,
on GPUs as many as there are slots, in the order of `pool.trainings`.

What a cluster is, `pool.members` says; `pool.ray` has one.
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.course import Submission
from autograder.errors import InfrastructureError, SubmissionError
from autograder.grading import Graded, failed, unreadable
from autograder.pool import servers
from autograder.pool.asked import AskedTraining, raised
from autograder.pool.events import Finished, Listener, Started, Step
from autograder.pool.local import TRAINING_STEPS
from autograder.pool.members import Cluster, Job, Lost, Member
from autograder.pool.node import Asked
from autograder.pool.shipping import packed_submission
from autograder.pool.trainings import Trainings
from autograder.records import from_json
from autograder.rubric import Rubric
from autograder.training.cache import Entry, TrainingCache
from autograder.training.devices import CPU

MAX_LOSSES = 5
"""How many nodes may be lost under one submission, or one training, before it is taken for the reason."""


@dataclass(eq=False)
class _Making:
    """A training that is being made; `member` is None on a GPU."""

    asked: AskedTraining
    member: Member | None


class ClusterBatch:
    """One class that is being graded.

    Parameters
    ----------
    cache
        The course's finished trainings.
    """

    def __init__(
        self, cluster: Cluster, rubric: Rubric, asked: Asked, cache: TrainingCache, on_event: Listener
    ) -> None:
        self._cluster = cluster
        self._rubric = rubric
        self._asked = asked
        self._tell = on_event
        self._queue: deque[Job] = deque()
        self._running: dict[Hashable, Job] = {}
        self._making: dict[Hashable, _Making] = {}
        self._trainings: Trainings[Job] = Trainings(cache)
        self._training_losses: Counter[str] = Counter()
        self._numbers = itertools.count()

    def run(self, submissions: Sequence[Submission]) -> Iterator[Graded]:
        """Yield the result of every submission, as they finish.

        Raises
        ------
        InfrastructureError
            If no node is left.
        """
        self._queue.extend(Job(submission) for submission in submissions)
        while self._queue or self._running:
            self._cluster.look()
            if not self._cluster.grading and not self._cluster.beginning:
                raise self._cluster.nobody()
            yield from self._hand_out()
            self._train()
            beginning = self._cluster.beginning
            for said in self._cluster.wait([*self._running, *self._making, *beginning]):
                if said in self._running:
                    yield from self._hear_grading(said)
                elif said in self._making:
                    self._hear_training(said)
                else:
                    self._cluster.judge(beginning[said])

    def _hand_out(self) -> Iterator[Graded]:
        """Begin what there is room for; what cannot be read needs none."""
        while self._queue and (members := self._cluster.grading) and members[0].free > 0:
            job, member = self._queue.popleft(), members[0]
            if job.is_new:
                self._tell(Started(student=job.submission.student))
            try:
                packed = packed_submission(self._rubric.assignment, job.submission)
            except SubmissionError as error:
                yield self._finished(job, unreadable(self._rubric, job.submission, error, self._asked.tier))
                continue
            job.number, job.member, job.is_training = next(self._numbers), member, False
            member.jobs.add(job)
            self._running[self._cluster.grade(member, job.number, packed, self._asked)] = job

    def _hear_grading(self, stream: Hashable) -> Iterator[Graded]:
        job = self._running[stream]
        member = job.member
        assert member is not None  # noqa: S101 - it runs somewhere
        try:
            message = self._cluster.said(stream)
        except Lost:
            self._cluster.lose(member)
            self._ended(stream, job)
            job.losses += 1
            if job.losses <= MAX_LOSSES:
                self._queue.append(job)
            else:
                yield self._failed(job, f"{job.losses} nodes were lost while it was graded")
            return
        match message:
            case {"step": str(text)}:
                job.is_training = text.startswith(TRAINING_STEPS)
                self._tell(Step(student=job.submission.student, text=text))
            case {"train": dict(asked)}:
                answer = self._trainings.ask(job, AskedTraining.of(asked))
                if answer is not None:
                    self._cluster.answer(member, job.number, answer)
            case {"report": np.ndarray() as report, "run": np.ndarray() as run, "notebook": notebook}:
                self._ended(stream, job)
                graded = servers.graded(report, run, notebook)
                if servers.met_a_death(graded.report) and not job.tries:
                    self._again(job)
                else:
                    yield self._finished(job, graded)
            case {"failed": str(why)} if job.tries:
                self._ended(stream, job)
                yield self._failed(job, why)
            case _:
                self._ended(stream, job)
                self._again(job)

    def _again(self, job: Job) -> None:
        job.tries += 1
        self._queue.append(job)

    def _ended(self, stream: Hashable, job: Job) -> None:
        del self._running[stream]
        self._trainings.forget(job)
        if job.member is not None:
            job.member.jobs.discard(job)

    def _failed(self, job: Job, why: str) -> Graded:
        return self._finished(job, failed(self._rubric, job.submission, InfrastructureError(why), self._asked.tier))

    def _finished(self, job: Job, graded: Graded) -> Graded:
        self._tell(Finished(student=job.submission.student, report=graded.report))
        return graded

    def _train(self) -> None:
        """Begin the trainings that there is room for."""
        if self._asked.setup.device == CPU:
            for member in self._cluster.grading:
                if not member.is_training and not self._began_training(member):
                    return
        else:
            while len(self._making) < self._asked.setup.slots and self._began_training(None):
                pass

    def _began_training(self, member: Member | None) -> bool:
        training = self._trainings.next()
        if training is None:
            return False
        if member is not None:
            member.is_training = True
        self._making[self._cluster.train(member, training, self._asked)] = _Making(training, member)
        return True

    def _hear_training(self, stream: Hashable) -> None:
        making = self._making[stream]
        key = making.asked.key
        answers: list[tuple[Job, dict[str, Any]]] = []
        try:
            message = self._cluster.said(stream)
        except Lost:
            self._training_losses[key] += 1
            if making.member is not None:
                self._cluster.lose(making.member)
            if self._training_losses[key] <= MAX_LOSSES:
                self._trainings.lost(key)
            else:
                why = InfrastructureError(f"{self._training_losses[key]} nodes were lost while a model was trained")
                answers = self._trainings.not_made(key, raised(why))
        else:
            match message:
                case {"step": str(text)}:
                    for job in self._trainings.askers(key):
                        self._tell(Step(student=job.submission.student, text=text))
                    return
                case {"entry": np.ndarray() as entry}:
                    answers = self._trainings.made(from_json(entry.tobytes(), Entry))
                case _:
                    answers = self._trainings.not_made(key, message)
        del self._making[stream]
        if making.member is not None:
            making.member.is_training = False
        for job, answer in answers:
            if job.member is not None:
                self._cluster.answer(job.member, job.number, answer)
