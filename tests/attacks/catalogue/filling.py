"""Attacks that fill: disks, folders and what is written about them; a little beyond the course's limits."""

from __future__ import annotations

from attacks.attack import Attack, Group
from attacks.catalogue.tools import attack

ATTACKS: tuple[Attack, ...] = (
    attack(
        "fills_shared_memory",
        Group.HARM,
        "fills /dev/shm, which is memory",
        r"""
names = [f"/dev/shm/@marker@-shm-{number}" for number in range(96)]
try:
    for name in names:
        with open(name, "wb") as file:
            file.write(b"x" * (12 << 20))
    print("@loot@", len(names) * 12, "MiB")
finally:
    for name in names:
        if os.path.exists(name):
            os.unlink(name)
""",
    ),
    attack(
        "fills_disk",
        Group.HARM,
        "writes more than the disk that it has",
        r"""
written = 0
for number in range(6):
    with open(f"@marker@-{number}", "wb") as file:
        file.write(b"x" * (10 << 20))
    written += 10
time.sleep(3)
print("@loot@", written, "MiB")
""",
        limits=("disk",),
    ),
    attack(
        "fills_a_file",
        Group.HARM,
        "writes a file that is larger than any may be",
        r"""
with open("@marker@-large", "wb") as file:
    for _ in range(24):
        file.write(b"x" * (1 << 20))
print("@loot@", os.path.getsize("@marker@-large") >> 20, "MiB")
""",
        limits=("disk", "file"),
    ),
    attack(
        "fills_directories",
        Group.HARM,
        "makes more files than there may be",
        r"""
for number in range(2500):
    open(f"@marker@-{number}", "w").close()
time.sleep(3)
print("@loot@", number + 1, "files")
""",
        limits=("disk", "files"),
    ),
    attack(
        "fills_temporary_folder",
        Group.HARM,
        "fills the temporary folder instead of its own",
        r"""
import tempfile
for number in range(6):
    with open(f"{tempfile.gettempdir()}/@marker@-fill-{number}", "wb") as file:
        file.write(b"x" * (10 << 20))
time.sleep(3)
print("@loot@", 60, "MiB")
""",
        limits=("disk",),
    ),
    attack(
        "fills_unlisted_folder",
        Group.HARM,
        "writes into a folder of which nobody may see what is in it",
        r"""
os.mkdir("@marker@-unlisted", 0o300)
for number in range(6):
    with open(f"@marker@-unlisted/{number}", "wb") as file:
        file.write(b"x" * (10 << 20))
time.sleep(3)
print("@loot@", 60, "MiB")
""",
        limits=("disk",),
    ),
    attack(
        "fills_deleted_files",
        Group.HARM,
        "writes into files that have no name any more",
        r"""
kept = []
for number in range(6):
    kept.append(open("@marker@-deleted", "wb"))
    os.unlink("@marker@-deleted")
    kept[-1].write(b"x" * (10 << 20))
    kept[-1].flush()
time.sleep(3)
print("@loot@", 60, "MiB")
""",
        limits=("disk",),
    ),
    attack(
        "fills_mapped_files",
        Group.HARM,
        "keeps files that have neither a name nor a descriptor any more, by mapping them",
        r"""
kept = []
for number in range(6):
    with open("@marker@-mapped", "w+b") as file:
        file.write(b"x" * (10 << 20))
        file.flush()
        address = libc.mmap(None, ctypes.c_size_t(10 << 20), mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
    os.unlink("@marker@-mapped")
    kept.append(address)
time.sleep(3)
print("@loot@", 60, "MiB")
""",
        limits=("disk",),
    ),
    attack(
        "prints_without_end",
        Group.HARM,
        "prints until somebody stops it, so that reports and notebooks grow",
        r"""
for number in range(40):
    print("x" * 100_000)
    if number == 20:
        print("@loot@ the middle is kept")
""",
    ),
)
