"""What to type where a wall does not hold: from facts about the machine to a sentence for who runs it."""

from __future__ import annotations

from autograder.sandbox.isolation.machine import Machine
from autograder.sandbox.isolation.tiers import Tier

BUILD_IMAGE = "docker build --tag {image} --file container/Dockerfile ."
_LANDLOCK_KERNEL = (5, 13)
_LANDLOCK_WITH_SIGNALS = 6
_SYSTEMS = {"Darwin": "macOS", "Windows": "Windows"}
_UNCONFINED = (
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined"
)


def advice(tier: Tier, problem: str) -> str:
    """Return what to type on this machine so that a tier holds.

    Parameters
    ----------
    problem
        What was found wrong, as the self-test or the engine told it.
    """
    return fix(tier, problem, Machine.read())


def fix(tier: Tier, problem: str, machine: Machine) -> str:
    """Return what to type on a machine so that a tier holds; empty for the tier that is no wall."""
    match tier:
        case Tier.NAMESPACES:
            return _elsewhere(machine) or _namespaces(machine)
        case Tier.LANDLOCK:
            return _elsewhere(machine) or _landlock(machine)
        case Tier.CONTAINER:
            return _container(problem, machine)
        case Tier.NONE:
            return ""


def _elsewhere(machine: Machine) -> str:
    if machine.system == "Linux":
        return ""
    name = _SYSTEMS.get(machine.system, machine.system or "this system")
    hint = " inside WSL 2," if machine.system == "Windows" else ""
    return f"{name} has no such wall: grade on Linux,{hint} or with `--isolation container`."


def _namespaces(machine: Machine) -> str:
    if machine.in_container or machine.has_filter:
        where = "This container" if machine.in_container else "A seccomp filter around this process"
        options = f"{_UNCONFINED} --cap-add SYS_ADMIN" if machine.is_root else _UNCONFINED
        return (
            f"{where} forbids it. Stay with `--isolation landlock`, which is made for that; or start the container "
            f"with `{options}`, which takes from the container's own wall."
        )
    if machine.is_root:
        return (
            f"The kernel ({machine.release or 'of unknown version'}) lacks a part of it even for root: "
            "use `--isolation landlock` or `--isolation container`."
        )
    if machine.apparmor_restricts:
        return _setting(
            "AppArmor takes all rights from namespaces of ordinary users (the default since Ubuntu 23.10)",
            "kernel.apparmor_restrict_unprivileged_userns=0",
        )
    if not machine.users_may_unshare:
        return _setting("Ordinary users may not make namespaces", "kernel.unprivileged_userns_clone=1")
    if machine.max_user_namespaces == 0:
        return _setting("No user namespaces are allowed", "user.max_user_namespaces=15000")
    if machine.masked_proc:
        return (
            "Something is mounted over a part of /proc, so the kernel mounts no second one: "
            "grade outside of that container, or stay with `--isolation landlock`."
        )
    return (
        "`unshare --user --map-root-user --mount --pid --fork true` shows what the kernel says: "
        "until that works, use `--isolation landlock` or `--isolation container`."
    )


def _setting(why: str, assignment: str) -> str:
    return (
        f"{why}: type `sudo sysctl -w {assignment}`; to keep it, "
        f"`echo {assignment} | sudo tee /etc/sysctl.d/60-autograder.conf`. Grading as root does without."
    )


def _landlock(machine: Machine) -> str:
    if machine.landlock:
        return _closed_folder(machine) or _present_landlock(machine)
    if machine.kernel < _LANDLOCK_KERNEL:
        return (
            f"Linux {machine.release} has no Landlock, which came with 5.13 (Ubuntu 22.04 and Debian 12 have it): "
            "use a newer kernel, or `--isolation container`."
        )
    if machine.security_modules and "landlock" not in machine.security_modules:
        modules = ",".join(("landlock", *machine.security_modules))
        return (
            f"The kernel has Landlock switched off: add `lsm={modules}` to GRUB_CMDLINE_LINUX in /etc/default/grub, "
            "type `sudo update-grub` and start the machine again."
        )
    if machine.in_container or machine.has_filter:
        return (
            "Either the machine around this container has no Landlock (Linux 5.13), or the container's seccomp filter "
            "forbids it: a current Docker, containerd or podman allows it; with another, start the container with "
            "`--security-opt seccomp=unconfined`."
        )
    return "This kernel was built without Landlock: use another, or `--isolation container`."


def _present_landlock(machine: Machine) -> str:
    if machine.landlock < _LANDLOCK_WITH_SIGNALS:
        return (
            f"Landlock of this kernel ({machine.release}) is version {machine.landlock}; version 6 (Linux 6.12) keeps "
            "signals and abstract sockets in, too: use a newer kernel, or `--isolation container`."
        )
    return (
        "Landlock itself is here; see that the temporary folder (TMPDIR) can be written and is on a local disk, "
        "or use `--isolation container`."
    )


def _closed_folder(machine: Machine) -> str:
    """Student code becomes another user where we are root, and that one has to reach the interpreter."""
    if not (machine.is_root and machine.closed_folder):
        return ""
    return (
        f"Student code does not run as root, and no other user may pass {machine.closed_folder}, where the "
        f"interpreter is: type `chmod o+x {machine.closed_folder}`, or make the environment elsewhere, below /opt say."
    )


def _container(problem: str, machine: Machine) -> str:
    """Go by the words of `container`, and by those of the engines themselves."""
    said = problem.lower()
    if said.startswith("student code"):  # the self-test broke out
        return "Containers of this engine are no wall as it is set up: use another engine, or another tier on Linux."
    if "image" in said:
        return (
            "Build it once, in a checkout of autograder: `python -m hatchling build -t wheel`, then "
            f"`{BUILD_IMAGE.format(image='autograder:VERSION')}` (or `podman build`); container/README.md has the rest."
        )
    if "permission denied" in said:
        return (
            "Who may talk to Docker's daemon is root in all but name, so let podman do it, which needs no rights: "
            "`sudo apt install podman`. Or, where that is fine: `sudo usermod -aG docker $USER`, and log in again."
        )
    if "catatonit" in said or "container-init" in said:
        return "podman's init is missing: type `sudo apt install catatonit`."
    is_linux = machine.system == "Linux"
    if "answer" in said or "daemon" in said or "cannot connect" in said:
        start = "`sudo systemctl start docker`" if is_linux else "Docker Desktop, or `podman machine start`"
        return f"Start the engine: {start}."
    if "no engine" in said:
        engine = "an engine: `sudo apt install podman`, or Docker" if is_linux else "Docker Desktop or podman"
        return f"Install {engine}; then build the image, as container/README.md says."
    return "Run `docker run --rm --pull never IMAGE` by hand: what the engine prints says what is wrong."
