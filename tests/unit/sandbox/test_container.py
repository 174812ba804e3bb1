"""The command that runs a submission's container, option by option, and the pipes that its first program talks over."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import __version__
from autograder.sandbox.contained import Pipes
from autograder.sandbox.isolation.container import HOME, command_line
from autograder.sandbox.isolation.engine import IMAGE, Engine
from autograder.sandbox.isolation.settings import Wall
from autograder.sandbox.isolation.tiers import Tier
from autograder.wire import Channel, Closed, TimedOut

ROOT = Path(__file__).parents[3]
WALL = Wall(
    tier=Tier.CONTAINER,
    read_only=("/home/teacher/course/.venv",),
    files={"digits.csv": "/home/teacher/course/assignments/a1/digits.csv"},
    environment={
        "PATH": "/home/teacher/bin",
        "HOME": "/home/teacher",
        "MPLCONFIGDIR": "/home/teacher/.cache/autograder",
        "AUTOGRADER_SECRET": "0123",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    },
    memory_mib=1000,
    processes=100,
    file_mib=10,
    disk_mib=20,
    inodes=300,
    cpu_s=40,
)


def _options(*, is_podman: bool = False) -> list[str]:
    """Return what stands before the image."""
    command = command_line(Engine("/usr/bin/docker", is_podman=is_podman), "image", "autograder-1", WALL)
    assert command[:2] == ["/usr/bin/docker", "run"]
    return command[2 : command.index("image")]


@pytest.mark.parametrize("is_podman", [False, True])
@pytest.mark.parametrize(
    "option",
    [
        "--rm",
        "--interactive",
        "--init",
        "--pull=never",
        "--network=none",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--user=65534:65534",
        "--ipc=private",
        "--log-driver=none",
        "--name=autograder-1",
    ],
)
def test_the_wall_is_asked_for(option: str, is_podman: bool) -> None:
    """Every option without which a container would be a weaker wall, or leave something, is there."""
    assert _options(is_podman=is_podman).count(option) == 1


@pytest.mark.parametrize("is_podman", [False, True])
def test_nothing_that_opens_the_wall_is_asked_for(is_podman: bool) -> None:
    """No folder, device, right, name space or filter of the machine's is handed in."""
    options = _options(is_podman=is_podman)
    opening = (
        "volume",
        "mount",
        "device",
        "privileged",
        "cap-add",
        "gpus",
        "pid",
        "userns",
        "uts",
        "publish",
        "env-file",
    )
    assert not [each for each in options if re.match(rf"--({'|'.join(opening)})(=|$)", each)]
    assert not [each for each in options if "unconfined" in each or "=host" in each]


def test_limits_are_those_of_the_assignment() -> None:
    """Memory without swap, processes, size of files, disk, inodes and CPU seconds."""
    options = _options()
    assert {"--memory=1256m", "--memory-swap=1256m", "--pids-limit=100", "--ulimit=cpu=40"} <= set(options)
    assert f"--ulimit=fsize={10 * 1024 * 1024}" in options
    folders = [each for each in options if each.startswith("--tmpfs=")]
    assert [each.split(":")[0] for each in folders] == [f"--tmpfs={HOME}", "--tmpfs=/tmp"]
    assert all("size=20m" in each and "nr_inodes=300" in each and "nosuid" in each for each in folders)


def test_podman_is_asked_in_its_own_words() -> None:
    """It knows no limit on inodes, and would else make folders without a limit and hand the operator's proxy in."""
    options = _options(is_podman=True)
    assert not [each for each in options if "nr_inodes" in each]
    assert {"--read-only-tmpfs=false", "--http-proxy=false"} <= set(options)
    assert not {"--read-only-tmpfs=false", "--http-proxy=false"} & set(_options())


def test_nothing_of_the_machine_is_told() -> None:
    """No path and no variable of the operator's is in the command; a proxy that the engine would add is blanked."""
    options = _options()
    assert "teacher" not in " ".join(options)
    variables = dict(each.removeprefix("--env=").split("=", 1) for each in options if each.startswith("--env="))
    assert "AUTOGRADER_SECRET" not in variables
    assert variables["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert variables["HOME"] == HOME
    assert variables["HTTPS_PROXY"] == variables["https_proxy"] == ""
    assert not any(each.startswith("--env=") and "=" not in each.removeprefix("--env=") for each in options)


def test_the_image_runs_our_program_alone() -> None:
    """Neither the image's own command nor the current folder decides what runs."""
    command = command_line(Engine("docker", is_podman=False), "image", "autograder-1", WALL)
    assert "--entrypoint=python" in command
    assert command[command.index("image") :] == ["image", "-s", "-P", "-m", "autograder.sandbox.contained"]


def test_messages_pass_through_pipes() -> None:
    """The channel of a container works over two pipes as it does over a socket."""
    theirs, our_sink = os.pipe()
    our_source, their_sink = os.pipe()
    ours, there = Channel(Pipes(our_source, our_sink)), Channel(Pipes(theirs, their_sink))  # type: ignore[arg-type]
    ours.send({"number": 1})
    assert there.receive() == {"number": 1}
    with pytest.raises(TimedOut):
        there.receive(0.01)
    with pytest.raises(TimedOut):
        there.send("x" * (1 << 20), 0.01)  # nobody reads
    ours.close()
    with pytest.raises(Closed):
        Channel(Pipes(theirs, os.dup(their_sink))).receive()  # type: ignore[arg-type]
    there.close()


def test_what_starts_containers_needs_no_linux() -> None:
    """It can be imported where the kernel is another, as on macOS."""
    script = (
        "import sys, autograder.sandbox.isolation.container, autograder.sandbox.isolation.fixes; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = {name.removeprefix("autograder.sandbox.isolation.") for name in done.stdout.split()}
    assert not {"kernel", "landlock", "seccomp", "namespaces", "privileges", "resource"} & modules


def test_the_image_is_made_as_it_is_told() -> None:
    """The recipe names no host, pins what the lock pins, and the manual builds the name that is looked for."""
    recipe = (ROOT / "container" / "Dockerfile").read_text()
    assert not re.search(r"://|index-url", recipe)
    assert IMAGE == f"autograder:{__version__}"
    assert f"--tag {IMAGE} --file container/Dockerfile ." in (ROOT / "container" / "README.md").read_text()


def test_the_image_gets_every_version_from_the_lock(tmp_path: Path) -> None:
    """The recipe's own command turns the lock into pins that pip takes as constraints."""
    (command,) = re.findall(r"^RUN (sed .*?) > ", (ROOT / "container" / "Dockerfile").read_text(), re.MULTILINE)
    command = command.replace("/tmp/requirements.lock", str(ROOT / "requirements.lock"))
    pins = subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout.splitlines()
    locked = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line]
    assert len(pins) == len(locked)
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[^ \\]+( ; .+[^ \\])?", pin) for pin in pins)
    assert any(pin.startswith("tensorflow==") for pin in pins)
