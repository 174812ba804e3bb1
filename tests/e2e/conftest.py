"""One zygote for all tests that run student code: importing TensorFlow takes seconds."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import servers
from interrupts import interruptible
from servers import KeptServers

from autograder.sandbox.client import ControlSocket
from autograder.sandbox.isolation.choice import choose
from autograder.sandbox.isolation.tiers import AUTO, Tier
from autograder.sandbox.runtimes import open_runtime
from autograder.sandbox.session import Cell, NotebookSession
from autograder.sandbox.spec import clean_environment, walled
from autograder.settings import Execution, Limits
from autograder.suite.submission import Submission

__all__ = ["interruptible"]


@pytest.fixture(scope="session")
def operators_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the operator types commands."""
    return tmp_path_factory.mktemp("folder-of-the-operator")


@pytest.fixture(scope="session", autouse=True)
def kept_servers(operators_folder: Path) -> Iterator[KeptServers]:
    """Whatever is graded by this process, and not by a command, shares its fork servers."""
    with servers.shared() as kept:
        with contextlib.chdir(operators_folder):
            kept(servers.ZYGOTE, clean_environment())
        yield kept


@pytest.fixture(scope="session")
def zygote(kept_servers: KeptServers) -> ControlSocket:
    """The control socket of a running zygote."""
    return kept_servers(servers.ZYGOTE, clean_environment()).control


@pytest.fixture(scope="session")
def tier(zygote: ControlSocket, tmp_path_factory: pytest.TempPathFactory) -> Tier:
    """The strongest wall that holds here."""
    return choose(zygote, tmp_path_factory.mktemp("course"), AUTO)


@pytest.fixture
def session(zygote: ControlSocket, tier: Tier) -> Iterator[Callable[..., NotebookSession]]:
    """Open a notebook of the given cells; closed after the test."""
    opened: list[NotebookSession] = []

    def open_session(*sources: str, execution: Execution | None = None, **limits: Any) -> NotebookSession:
        cells = [Cell(index, None, source) for index, source in enumerate(sources)]
        allowed = Limits(**{"cell_s": 30, **limits})
        made = NotebookSession(
            zygote,
            cells,
            limits=allowed,
            execution=execution or Execution(),
            surroundings=walled(tier, allowed),
            seed=7,
        )
        opened.append(made)
        return made

    yield open_session
    for each in opened:
        each.close()


@pytest.fixture
def submission(
    zygote: ControlSocket, tier: Tier, session: Callable[..., NotebookSession]
) -> Iterator[Callable[..., Submission]]:
    """Run a notebook of the given cells and return what a check holds of it."""
    with open_runtime(zygote, tier) as runtime:

        def open_submission(*sources: str, **options: Any) -> Submission:
            notebook = session(*sources, **options)
            notebook.run()
            return Submission(notebook, lambda: runtime, {})

        yield open_submission
