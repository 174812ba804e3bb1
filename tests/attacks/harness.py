"""Grades a class with attacks in it by the public command, and keeps all that the command printed, wrote and left."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attacks import contained, course, traces
from attacks.attack import Attack, Facts
from attacks.catalogue.tools import LOOT
from attacks.course import HONEST, NAME, Fortress

from autograder.records import GradeReport, from_json

HERE = Path(__file__).parent
ORDINARY_UID = 1000
BATCH_S = 1200
PATIENCE_S = 5
"""How long what ends with the command may take to be gone."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "memory": ("memory",),
    "processes": ("processes",),
    "disk": ("disk",),
    "file": ("file",),
    "files": ("files",),
    "cpu": ("CPU", "processor"),
    "wall": ("seconds", " s "),
}
"""By the name of a limit: words of which one is in the sentence about it."""


@dataclass(frozen=True)
class Profile:
    """Who grades, and behind which wall.

    Parameters
    ----------
    options
        Of the command.
    uid
        The user that grades; the present one where None.
    is_contained
        Whether it is graded in the emulation of a container.
    """

    name: str
    options: tuple[str, ...]
    uid: int | None = None
    is_contained: bool = False

    @property
    def launcher(self) -> tuple[str, ...]:
        """What stands before a command, for it to run as this profile says."""
        if self in (PRESENT, UNPROTECTED):
            return ()
        options = ("--uid", str(self.uid)) if self.uid is not None and os.getuid() == 0 else ()
        options += ("--contained",) if self.is_contained else ()
        return (sys.executable, str(HERE / "contained.py"), *options)


PRESENT = Profile("present", ("--isolation", "auto"))
UNPROTECTED = Profile("unprotected", ("--unsafe-no-isolation",))
OTHERS = (
    Profile("present-landlock", ("--isolation", "landlock")),
    Profile("user-namespaces", ("--isolation", "namespaces"), uid=ORDINARY_UID),
    Profile("contained-root", ("--isolation", "auto"), is_contained=True),
    Profile("contained-user", ("--isolation", "auto"), uid=ORDINARY_UID, is_contained=True),
)


def why_not(profile: Profile) -> str:
    """Return why this machine cannot try a profile; empty where it can."""
    if sys.platform != "linux":
        return "attacks are on Linux"
    if profile.is_contained and not contained.is_possible():
        return "the container's filter is not known for this machine"
    if os.getuid() == 0:
        return ""
    if profile.name == "user-namespaces":
        return "the present user is an ordinary one: the profile `present` tries it"
    return "needs root" if profile.name == "contained-root" else ""


@dataclass(frozen=True, repr=False)
class Graded:
    """What grading a class with attacks gave."""

    attacks: tuple[Attack, ...]
    fortress: Fortress
    facts: Facts
    code: int
    stdout: bytes
    stderr: bytes
    alone: Mapping[str, bytes]
    """Reports of the honest students in a batch without attacks."""
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    """State of the victim."""
    running: tuple[str, ...] = ()
    """What was left running."""
    left: tuple[str, ...] = ()
    """What carries the marker and was left: files, and memory of System V."""
    changed: tuple[str, ...] = ()
    """Paths that were made, changed or removed, but for the documented outputs."""
    mounts: tuple[str, ...] = ()
    """Mounts that were left."""

    def report_bytes(self, student: str) -> bytes:
        """Return a student's report as it was written."""
        return (self.fortress.root / "reports" / student / f"{NAME}.json").read_bytes()

    def report(self, student: str) -> GradeReport:
        """Return a student's report."""
        return from_json(self.report_bytes(student), GradeReport)

    def outputs(self, student: str) -> dict[str, bytes]:
        """Return every file that was written about a student, by its path in the course."""
        root = self.fortress.root
        paths = [path for name in traces.OUTPUTS[:3] for path in (root / name / student).rglob("*") if path.is_file()]
        return {str(path.relative_to(root)): path.read_bytes() for path in paths}

    def shown(self, student: str) -> str:
        """Return what the cells of a student's notebook showed, and what the report says: no source of theirs."""
        path = self.fortress.course.autograded_path(student, NAME)  # type: ignore[arg-type]
        cells = json.loads(path.read_bytes())["cells"] if path.exists() else []
        outputs = [json.dumps(cell["outputs"]) for cell in cells if cell["cell_type"] == "code"]
        return "\n".join([*outputs, self.report_bytes(student).decode()])


def grade(profile: Profile, attacks: Sequence[Attack], base: Path, limits: Mapping[str, int] = course.LIMITS) -> Graded:
    """Grade the honest students alone, then the whole class, as a profile says.

    Raises
    ------
    Refused
        If the command did not grade.
    """
    fortress = course.build(base, limits)
    note = fortress.home / "notes.txt"
    with contextlib.suppress(OSError):  # a file system without attributes
        os.setxattr(note, "user.note", fortress.canaries["attribute"].encode())
    run = _Run(profile, fortress)
    run.own()
    run.grade()
    alone = {name: (fortress.root / "reports" / name / f"{NAME}.json").read_bytes() for name in HONEST}
    with contextlib.closing(sqlite3.connect(fortress.root / "gradebook.db")) as gradebook, gradebook:
        gradebook.execute("update student set last_name = ?", (fortress.canaries["gradebook"],))
    with run.victim() as (facts, state):
        marks = {**{name: str(getattr(facts, name)) for name in Facts.__annotations__ if name != "LOOT"}, "loot": LOOT}
        for attack in attacks:
            course.hand_in_attack(fortress, attack, marks)
        run.own()
        before, files, mounts = state(), traces.files(fortress), traces.mounts()
        code, stdout, stderr = run.grade("--force")
        return Graded(
            attacks=tuple(attacks),
            fortress=fortress,
            facts=facts,
            code=code,
            stdout=stdout,
            stderr=stderr,
            alone=alone,
            before=before,
            after=state(),
            running=tuple(run.running),
            left=traces.marked(facts.marker, base),
            changed=traces.differences(files, traces.files(fortress)),
            mounts=tuple(sorted(traces.mounts() - mounts)),
        )


class Refused(Exception):
    """The command refused to grade, or could not."""


def environment(fortress: Fortress) -> dict[str, str]:
    """Return the operator's environment, with a token in it."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(fortress.home),
        "TMPDIR": str(fortress.temporary),
        "LANG": "C.UTF-8",
        "LMS_TOKEN": fortress.canaries["environment"],
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@dataclass
class _Run:
    """Runs the command over a course as a profile says."""

    profile: Profile
    fortress: Fortress
    running: list[str] = field(default_factory=list)

    def own(self) -> None:
        """Give everything to the user that grades, closed to others as an operator's files are."""
        base, uid = self.fortress.base, self.profile.uid
        base.chmod(0o755)
        self.fortress.home.chmod(0o700)
        (self.fortress.root / ".autograder" / "secret").chmod(0o600)
        if uid is not None and os.getuid() == 0:
            for path in (base, *base.rglob("*")):
                os.chown(path, uid, uid, follow_symlinks=False)

    def grade(self, *options: str) -> tuple[int, bytes, bytes]:
        """Grade the class; exit code and what was printed."""
        with tempfile.TemporaryDirectory() as name:
            result = Path(name) / "result.json"
            guard = (sys.executable, str(HERE / "guard.py"), str(result), str(BATCH_S), str(PATIENCE_S))
            command = (sys.executable, "-m", "autograder", "grade", NAME, *self.profile.options, "--json", *options)
            done = subprocess.run(
                [*guard, *self.profile.launcher, *command],
                cwd=self.fortress.root,
                env=environment(self.fortress),
                capture_output=True,
                check=True,
            )
            told = json.loads(result.read_text())
        self.running += [f"{comm} {line}" for comm, line in told["left"]]
        if told["code"] not in (0, 1):
            raise Refused(f"exit code {told['code']}: {(done.stdout + done.stderr).decode()[-4000:]}")
        return told["code"], done.stdout, done.stderr

    @contextlib.contextmanager
    def victim(self) -> Iterator[tuple[Facts, Any]]:
        """Run the victim; yields the facts, and a function that asks for its state."""
        canaries = self.fortress.canaries
        told = {
            "folder": str(self.fortress.sockets),
            "canaries": {name: canaries[name] for name in ("memory", "file", "socket", "segment")},
        }
        process = subprocess.Popen(
            [*self.profile.launcher, sys.executable, str(HERE / "victim.py")],
            cwd=self.fortress.base,
            env={**environment(self.fortress), "VICTIM_TOKEN": canaries["victim"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with process:

            def ask(line: str) -> Any:
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(line + "\n")
                process.stdin.flush()
                answer = process.stdout.readline()
                return json.loads(answer) if answer else {"happened": ["it was ended"]}

            hello = ask(json.dumps(told))
            facts = Facts(
                course=str(self.fortress.root),
                neighbour=str(self.fortress.root / "submitted" / "ada" / NAME / f"{NAME}.ipynb"),
                home_canary=str(self.fortress.home / "notes.txt"),
                tcp_port=hello["port"],
                unix_socket=f"{self.fortress.sockets}/engine.sock",
                victim_pid=hello["pid"],
                marker=f"m{os.urandom(3).hex()}",
            )
            try:
                yield facts, lambda: ask("state")
            finally:
                process.stdin.close()  # type: ignore[union-attr]
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
