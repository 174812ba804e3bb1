"""The nodes of a Ray cluster that grade one assignment: actors on them, and why others have none."""

from __future__ import annotations

import contextlib
import math
import socket
import time
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from autograder.errors import InfrastructureError
from autograder.pool.asked import AskedTraining
from autograder.pool.events import Listener, Notice, ignore
from autograder.pool.local import MAX_WAITING
from autograder.pool.members import Lost, Member
from autograder.pool.node import Asked, Node, train_on_card, versions
from autograder.pool.shipping import HandedInFiles
from autograder.sandbox.isolation.tiers import BY_STRENGTH, Tier
from autograder.secret import CourseSecret
from autograder.training.devices import Setup

MAX_STARTS = 3
"""How often an actor is started on one node before the node is taken for broken."""
START_S = 180.0
"""How long the nodes that are there at first may take until their walls are compared."""
LOOK_S = 2.0
"""How often nodes are looked for."""
MAX_UNANSWERED = 5
"""How often in a row the head may leave a knock unanswered before it is taken for gone."""
END_S = 10.0
"""How long actors may take to end what they do, and to remove the course."""
_MORE_CALLS = 4  # of an actor at a time, beside gradings


class RayCluster:
    """The nodes of a cluster that grade one assignment, and why the others do not."""

    def __init__(self, files: Any, secret: CourseSecret, workers: int | None) -> None:
        self.on_event: Listener = ignore
        self._secret = secret
        self._files = files
        self._workers = workers
        self._by_id: dict[str, Member] = {}
        self._refused: dict[str, str] = {}
        self._starts: Counter[str] = Counter()
        self._tier: Tier | None = None
        self._looked_at = -LOOK_S
        self._head = str(ray.get_runtime_context().gcs_address)
        self._unanswered = 0

    @property
    def grading(self) -> list[Member]:
        """Those that may grade, those with most room first."""
        return sorted((each for each in self._by_id.values() if each.tier), key=lambda each: -each.free)

    @property
    def beginning(self) -> dict[Any, Member]:
        """Those that have not answered yet whether they may, by what is waited for."""
        return {each.begun: each for each in self._by_id.values() if each.begun is not None}

    def settle(self, wanted: str) -> Tier:
        """Return the wall that all nodes grade behind: what is wanted, or the strongest that holds on some node."""
        if self._tier is not None:
            return self._tier
        self.look(wanted)
        found: list[tuple[Member, Any]] = []
        deadline = time.monotonic() + START_S
        while (waited := self.beginning) and time.monotonic() < deadline:
            for ref in ray.wait(list(waited), timeout=LOOK_S)[0]:
                answer = self._answer(waited[ref])
                if answer is not None:
                    found.append((waited[ref], answer))
        tiers = {Tier(answer["tier"]) for _, answer in found if "tier" in answer}
        self._tier = next((tier for tier in (*BY_STRENGTH, Tier.NONE) if tier in tiers), None)
        for member, answer in found:
            self._judge(member, answer)
        if self._tier is None:
            raise self.nobody()
        for member in self.beginning.values():
            if member not in [each for each, _ in found]:
                self._say(f"node {member.name} has not answered in {START_S:.0f} s: grading begins without it")
        return self._tier

    def look(self, wanted: str | None = None) -> None:
        """Start actors on nodes that have none, and let go of those that are gone.

        Raises
        ------
        InfrastructureError
            If the head is gone, without which nothing can be started or looked for.
        """
        if time.monotonic() - self._looked_at < LOOK_S and wanted is None:
            return
        self._looked_at = time.monotonic()
        self._require_head()
        nodes = {node["NodeID"]: node for node in ray.nodes() if node["Alive"]}  # type: ignore[no-untyped-call]
        for member in [each for each in self._by_id.values() if each.id not in nodes]:
            self.lose(member)
        for name, node in nodes.items():
            if name not in self._by_id and name not in self._refused and node["Resources"].get("CPU", 0) >= 1:
                self._by_id[name] = self._started(node, wanted or str(self._tier))

    def _require_head(self) -> None:
        """Refuse to go on without the head: Ray itself would wait for a minute, and then end this process."""
        host, _, port = self._head.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), LOOK_S).close()
        except OSError as error:
            self._unanswered += 1
            if self._unanswered >= MAX_UNANSWERED or isinstance(error, ConnectionRefusedError):
                raise InfrastructureError(
                    f"the head of the Ray cluster, {self._head}, is gone: start the cluster again and give the same "
                    "command; what was finished is kept, and not graded again"
                ) from error
        else:
            self._unanswered = 0

    def judge(self, member: Member) -> None:
        """Take a node's answer whether it may grade."""
        answer = self._answer(member)
        if answer is not None:
            self._judge(member, answer)

    def lose(self, member: Member) -> None:
        """Let go of a node that does not answer any more; it is started again if it is still there."""
        if self._by_id.pop(member.id, None) is None:
            return
        with contextlib.suppress(RayError, ValueError):
            ray.kill(member.actor)
        again = f": its {len(member.jobs)} submissions are graded elsewhere" if member.jobs else ""
        self._say(f"node {member.name} is gone{again}")
        if self._starts[member.id] >= MAX_STARTS:
            self._refused[member.id] = f"{member.name}: was lost {MAX_STARTS} times"

    def nobody(self) -> InfrastructureError:
        """Return the error that says why no node grades."""
        reasons = "; ".join(self._refused.values()) or "it has no node with a CPU"
        return InfrastructureError(f"no node of the cluster can grade: {reasons}")

    def grade(self, member: Member, number: int, packed: HandedInFiles, asked: Asked) -> Hashable:
        """Return the stream of a grading."""
        stream: Hashable = _streaming(member.actor.grade).remote(number, packed, asked)
        return stream

    def answer(self, member: Member, number: int, answer: Mapping[str, Any]) -> None:
        """Give a grading the training that it waits for."""
        member.actor.answer.remote(number, answer)

    def train(self, member: Member | None, training: AskedTraining, asked: Asked) -> Hashable:
        """Return the stream of a training: on a node's CPU, or on a GPU wherever the part is free that it takes."""
        stream: Hashable
        if member is not None:
            stream = _streaming(member.actor.train).remote(training.key, training.job, asked.setup, asked.tier)
        else:
            task = _streaming(ray.remote(_train_on_gpu), num_gpus=gpu_part(asked.setup), num_cpus=0, max_retries=0)
            stream = task.remote(self._secret, training.key, training.job, asked.setup, versions())
        return stream

    def wait(self, what: Sequence[Hashable]) -> Sequence[Hashable]:
        """Return those that have something to say, after `LOOK_S` seconds in any case."""
        ready: list[Hashable] = ray.wait(list(what), timeout=LOOK_S)[0]
        return ready

    def said(self, stream: Any) -> Any:
        """Return the next message of a stream."""
        try:
            return ray.get(next(stream))
        except StopIteration:
            return {"failed": "a node said less than was asked for"}
        except RayTaskError as error:  # a fault of ours
            return {"failed": str(error)[-4000:]}
        except RayError as error:
            raise Lost(str(error)) from error

    def close(self) -> None:
        """End all actors, and what they do; without a head, each ends with its node."""
        actors = [member.actor for member in self._by_id.values()]
        self._by_id.clear()
        with contextlib.suppress(RayError):
            closing = [actor.close.remote() for actor in actors]
            ray.wait(closing, num_returns=len(closing), timeout=END_S) if closing else None
        if self._unanswered:  # to kill an actor is asked of the head
            return
        for actor in actors:
            with contextlib.suppress(RayError):
                ray.kill(actor)

    def _started(self, node: dict[str, Any], wanted: str) -> Member:
        self._starts[node["NodeID"]] += 1
        cpus = int(node["Resources"]["CPU"])
        cpus = cpus if self._workers is None else min(cpus, self._workers)
        options = {
            "num_cpus": cpus,
            "max_concurrency": cpus + MAX_WAITING + _MORE_CALLS,
            "max_restarts": 0,
            "max_task_retries": 0,
            "scheduling_strategy": NodeAffinitySchedulingStrategy(node["NodeID"], soft=False),
        }
        actor: Any = ray.remote(Node).options(**options).remote(self._files, self._secret, versions())
        name = f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})"
        return Member(node["NodeID"], name, cpus, actor, begun=actor.begin.remote(wanted))

    def _answer(self, member: Member) -> Any:
        """Return what a node says whether it may grade; None where it is gone."""
        ref, member.begun = member.begun, None
        try:
            return ray.get(ref)
        except RayError as error:
            if self._starts[member.id] >= MAX_STARTS:
                self._refuse(member, one_line(error))
            else:
                self.lose(member)
            return None

    def _judge(self, member: Member, answer: Any) -> None:
        match answer:
            case {"tier": str(tier)} if tier == self._tier:
                member.tier = self._tier
            case {"tier": _}:  # a weaker one, and then it says why; or a stronger one, and then this one may hold too
                member.begun = member.actor.begin.remote(str(self._tier))
            case {"refused": str(why)}:
                self._refuse(member, why)

    def _refuse(self, member: Member, why: str) -> None:
        self._by_id.pop(member.id, None)
        self._refused[member.id] = f"{member.name}: {why}"
        with contextlib.suppress(RayError):
            ray.kill(member.actor)
        self._say(f"node {member.name} is refused: {why}")

    def _say(self, text: str) -> None:
        self.on_event(Notice(text=text))


def gpu_part(setup: Setup) -> float:
    """Return the part of a card that a training takes, as Ray counts: in ten-thousandths, so that all of them fit."""
    return math.floor(setup.share * 10_000) / 10_000


def _train_on_gpu(
    secret: CourseSecret, key: str, job: dict[str, Any], setup: Setup, expected: Mapping[str, str]
) -> Iterator[Any]:
    """Train on the card that Ray has given this task."""
    (card,) = ray.get_runtime_context().get_accelerator_ids()["GPU"]
    yield from train_on_card(secret, key, job, setup, card, expected)


def _streaming(method: Any, **options: Any) -> Any:
    """Return something to call on a node that says one message after the other."""
    return method.options(num_returns="streaming", **options)


def one_line(error: BaseException) -> str:
    """Return the first line of an error that says something of its own, as one sentence for the operator."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines)[:500] or type(error).__name__
