"""Who runs a machine on which a wall does not hold is told what to type there."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import pytest

from autograder.sandbox.isolation import machine as machines
from autograder.sandbox.isolation.fixes import advice, fix
from autograder.sandbox.isolation.machine import Machine
from autograder.sandbox.isolation.tiers import Tier

USER = "Name:\tpython\nUid:\t1000\t1000\t1000\t1000\nSeccomp:\t0\nSeccomp_filters:\t0\n"
FILTERED = "Name:\tpython\nUid:\t0\t0\t0\t0\nNoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t1\n"
MOUNTS = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
31 22 0:28 / /proc/sys/fs/binfmt_misc rw,relatime - autofs systemd-1 rw,fd=29
"""
DOCKER_MOUNTS = """\
711 710 0:61 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
690 711 0:61 /bus /proc/bus ro,nosuid,nodev,noexec,relatime - proc proc rw
702 711 0:66 / /proc/acpi ro,relatime - tmpfs tmpfs ro
703 711 0:62 /null /proc/kcore rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
"""


def _recorded(folder: Path, **files: str) -> Machine:
    """Return the facts of a machine from what its files say, as an ordinary user of it."""
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return dataclasses.replace(Machine.read(folder), is_root=False, closed_folder="")


@pytest.fixture
def ubuntu_24_04(tmp_path: Path) -> Machine:
    """A fresh Ubuntu 24.04, or a hosted runner with it."""
    return _recorded(
        tmp_path,
        **{
            "etc/os-release": 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\n',
            "proc/sys/kernel/osrelease": "6.8.0-49-generic\n",
            "proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n",
            "proc/sys/kernel/unprivileged_userns_clone": "1\n",
            "proc/sys/user/max_user_namespaces": "127189\n",
            "proc/self/status": USER,
            "proc/self/mountinfo": MOUNTS,
            "sys/kernel/security/lsm": "lockdown,capability,landlock,yama,apparmor,ima,evm\n",
        },
    )


@pytest.fixture
def docker(tmp_path: Path) -> Machine:
    """A container that Docker started with nothing but its defaults, on an Ubuntu 24.04."""
    return _recorded(
        tmp_path,
        **{
            ".dockerenv": "",
            "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
            "proc/sys/kernel/osrelease": "6.8.0-49-generic\n",
            "proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n",
            "proc/self/status": FILTERED,
            "proc/self/mountinfo": DOCKER_MOUNTS,
        },
    )


def test_ubuntu_is_read_as_it_is(ubuntu_24_04: Machine) -> None:
    """AppArmor's restriction, the version and the modules are found; automounts on /proc mask nothing."""
    assert ubuntu_24_04.apparmor_restricts
    assert ubuntu_24_04.kernel == (6, 8)
    assert ubuntu_24_04.distribution == "Ubuntu 24.04.1 LTS"
    assert "landlock" in ubuntu_24_04.security_modules
    assert not ubuntu_24_04.masked_proc
    assert not ubuntu_24_04.has_filter
    assert not ubuntu_24_04.in_container


def test_docker_is_read_as_it_is(docker: Machine) -> None:
    """The engine's mark, its filter and what it mounts over /proc are found."""
    assert docker.in_container
    assert docker.has_filter
    assert docker.masked_proc


def test_a_machine_that_tells_nothing_can_be_read(tmp_path: Path) -> None:
    """No file of all those has to be there."""
    bare = Machine.read(tmp_path)
    assert not bare.apparmor_restricts
    assert bare.users_may_unshare
    assert bare.max_user_namespaces is None


def test_apparmor_is_told_to_let_namespaces_be(ubuntu_24_04: Machine) -> None:
    """The command for now and the one for good are both there."""
    text = fix(Tier.NAMESPACES, "uid_map: Operation not permitted", ubuntu_24_04)
    assert "`sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`" in text
    assert "/etc/sysctl.d/" in text


def test_a_container_is_not_told_of_the_settings_of_its_host(docker: Machine) -> None:
    """Inside Docker the way is landlock, or options of the container; no sysctl can be set there."""
    text = fix(Tier.NAMESPACES, "unshare: Operation not permitted", docker)
    assert "--isolation landlock" in text
    assert "seccomp=unconfined" in text
    assert "systempaths=unconfined" in text
    assert "sysctl" not in text


@pytest.mark.parametrize(
    ("changes", "typed"),
    [
        ({"users_may_unshare": False}, "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        ({"max_user_namespaces": 0}, "sudo sysctl -w user.max_user_namespaces=15000"),
        ({"masked_proc": True}, "--isolation landlock"),
        ({}, "unshare --user"),
        ({"is_root": True, "release": "5.4.0"}, "5.4.0"),
        ({"has_filter": True}, "A seccomp filter"),
    ],
)
def test_what_closes_namespaces_is_named(changes: dict[str, object], typed: str) -> None:
    """Each reason has its own fix."""
    assert typed in fix(Tier.NAMESPACES, "", Machine(**changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("machine", "typed"),
    [
        (Machine(release="5.10.0-28-amd64"), "came with 5.13"),
        (Machine(release="4.4.0"), "came with 5.13"),  # what gVisor says it is
        (
            Machine(release="5.15.0", security_modules=("lockdown", "yama", "apparmor")),
            "lsm=landlock,lockdown,yama,apparmor",
        ),
        (Machine(release="6.8.0", in_container=True), "seccomp=unconfined"),
        (Machine(release="6.8.0"), "built without"),
        (Machine(release="6.1.0-27-amd64", landlock=2), "is version 2"),
        (Machine(release="6.18.0", landlock=7), "TMPDIR"),
        (Machine(release="6.8.0", landlock=4, is_root=True, closed_folder="/root"), "`chmod o+x /root`"),
        (Machine(system="Darwin"), "--isolation container"),
        (Machine(system="Windows"), "WSL 2"),
    ],
)
def test_what_keeps_landlock_away_is_named(machine: Machine, typed: str) -> None:
    """Too old, switched off, forbidden, left out, or an interpreter that nobody but root can reach."""
    assert typed in fix(Tier.LANDLOCK, "", machine)


@pytest.mark.parametrize(
    ("problem", "typed"),
    [
        ("no engine: neither docker nor podman is on the PATH", "apt install podman"),
        ("docker does not answer: Cannot connect to the Docker daemon", "systemctl start docker"),
        ("docker does not answer: permission denied while trying to connect", "usermod -aG docker"),
        ("there is no image autograder:0.1.0", "--file container/Dockerfile"),
        ("Error: lookup catatonit: executable file not found", "apt install catatonit"),
        ("student code reads a file of the course", "use another engine"),
        ("something new", "by hand"),
    ],
)
def test_what_a_container_lacks_is_named(problem: str, typed: str) -> None:
    """From no engine to no image, each has its own command."""
    assert typed in fix(Tier.CONTAINER, problem, Machine())


def test_macos_has_no_daemon_to_start() -> None:
    """Docker Desktop is an application there."""
    text = fix(Tier.CONTAINER, "docker does not answer", Machine(system="Darwin"))
    assert "Docker Desktop" in text
    assert "systemctl" not in text


def test_a_closed_folder_on_the_way_is_found() -> None:
    """The outermost folder that other users may not pass is the one to open."""
    with tempfile.TemporaryDirectory(dir="/tmp") as closed:
        inner = Path(closed, "environment", "bin")
        inner.mkdir(parents=True)
        inner.chmod(0o700)
        assert machines.closed_folder("/usr", str(inner)) == closed
        Path(closed).chmod(0o711)
        assert machines.closed_folder("/usr", str(inner)) == str(inner)
    assert machines.closed_folder("/usr") == ""


@pytest.mark.parametrize("tier", [Tier.NAMESPACES, Tier.LANDLOCK, Tier.CONTAINER])
def test_every_wall_has_advice_on_this_machine(tier: Tier) -> None:
    """Whatever goes wrong here, there is a sentence."""
    assert advice(tier, "it did not hold").endswith(".")
