"""From archives to submitted/: whose is what, which attempt, what lies beside, and nothing lost without a word."""

from __future__ import annotations

import fcntl
import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from archives import DATE, notebook, zipped
from courses import make_course

from autograder.collecting import collect as collecting
from autograder.collecting.collect import collect
from autograder.collecting.result import Collection, State
from autograder.collecting.roster import Roster
from autograder.course import Assignment, Course
from autograder.errors import InfrastructureError, UsageError

LATER = (2026, 2, 2, 10, 20, 30)


@pytest.fixture
def course(tmp_path: Path) -> tuple[Course, Assignment]:
    """A course with the assignment `practical`."""
    return make_course(tmp_path / "course")


@pytest.fixture
def run(course, tmp_path):
    """Collect from archives, given as their entries or as their bytes."""

    def collect_from(*archives, names: str = "", **options) -> Collection:
        paths = []
        for number, each in enumerate(archives):
            path = tmp_path / "archives" / f"{number}.zip"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(each if isinstance(each, bytes) else zipped(each))
            paths.append(path)
        if names:
            (tmp_path / "names.csv").write_text(names)
            options["roster"] = Roster(tmp_path / "names.csv")
        return collect(*course, paths, **options)

    return collect_from


def handed_in(course) -> dict[str, bytes]:
    """Return what lies in submitted/, by path."""
    root = course[0].root / "submitted"
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def students(found: Collection) -> dict[str, State]:
    """Return whose submissions were taken, and how."""
    return {taken.student: taken.state for taken in found.taken}


def reasons(found: Collection) -> dict[str, str]:
    """Return why each entry was left out."""
    return {each.entry: each.reason for each in found.left_out}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (
            ["Ada L_1_assignsubmission_file/practical.ipynb", "Alan T_2_assignsubmission_file/x.ipynb"],
            ["Ada L", "Alan T"],
        ),
        (["Ada L_1_assignsubmission_file_/practical.ipynb"], ["Ada L"]),
        (["Ada L_1_assignsubmission_file_practical.ipynb"], ["Ada L"]),
        (["la_11_21_practical.ipynb", "ta_LATE_12_22_practical-1.ipynb"], ["11", "12"]),
        (["practical_ada_attempt_2026-01-30-20-30-10_practical.ipynb"], ["ada"]),
        (["ada+practical+2026-01-30 20:30:10.1 UTC/practical.ipynb"], ["ada"]),
        (["ada/practical.ipynb", "alan/practical/practical.ipynb"], ["ada", "alan"]),
        (["submitted/ada/practical/practical.ipynb"], ["ada"]),
        (["0/ada/practical.ipynb", "0/alan/work.ipynb"], ["ada", "alan"]),
        (["ada/practical/practical.ipynb"], ["ada"]),
    ],
)
def test_the_platform_is_recognised(run, course, entries, expected):
    """Each platform's names tell whose a notebook is, without being told which platform it is."""
    found = run({name: notebook(name) for name in entries})
    assert list(students(found)) == expected
    assert found.left_out == ()
    assert handed_in(course).keys() >= {f"{student}/practical/practical.ipynb" for student in expected}
    assert notebook(entries[0]) == handed_in(course)[f"{expected[0]}/practical/practical.ipynb"]


def test_gradescope(run, course):
    """An export is recognised by its metadata; each of a group gets the notebook, with the time for nbgrader."""
    metadata = (
        b"submission_1:\n  :submitters:\n  - :name: Ada\n    :sid: ada\n  - :name: Alan\n    :sid: alan\n"
        b"  :created_at: 2026-02-01 10:20:30.000 Z\n"
    )
    root = "assignment_12_export"
    found = run(
        {
            f"{root}/submission_metadata.yml": metadata,
            f"{root}/submission_1/practical.ipynb": notebook(),
            f"{root}/submission_2/practical.ipynb": notebook(),
        }
    )
    assert list(students(found)) == ["ada", "alan"]
    assert handed_in(course)["alan/practical/timestamp.txt"] == b"2026-02-01 10:20:30"
    assert found.needs_person
    assert "does not say whose" in reasons(found)[f"{root}/submission_2/practical.ipynb"]


def test_an_archive_within_is_opened_once(run, course):
    """A student's own zip is a folder; one within that is not opened."""
    inner = {"work/practical.ipynb": notebook("inner"), "work/data.csv": b"1,2", "work/more.zip": zipped({"x": b""})}
    found = run({"la_11_21_work.zip": zipped(inner)})
    assert students(found) == {"11": State.NEW}
    assert handed_in(course) == {"11/practical/practical.ipynb": notebook("inner"), "11/practical/data.csv": b"1,2"}
    assert reasons(found) == {"work/more.zip": "an archive within an archive is not opened"}
    assert found.taken[0].archive == "0.zip: la_11_21_work.zip"


def test_a_folder_of_archives(run, course):
    """An archive with a zip for each student is plain."""
    found = run({f"{name}.zip": zipped({"practical.ipynb": notebook(name)}) for name in ("ada", "alan")})
    assert students(found) == {"ada": State.NEW, "alan": State.NEW}


def test_nothing_that_a_student_names_is_somebody_elses(run, course):
    """Names within a student's own part do not count, whichever platform they imitate."""
    imitations = [
        "Bob B_2_assignsubmission_file/practical.ipynb",
        "bob_12_22_practical.ipynb",
        "bob+practical+2026-01-30 20:30:10.1 UTC/practical.ipynb",
        "practical_bob_attempt_2026-01-30-20-30-10_practical.ipynb",
        "submission_metadata.yml",
        "bob/practical/practical.ipynb",
        "../bob/practical/practical.ipynb",
    ]
    own = {f"Ada L_1_assignsubmission_file/{name}": b"{}" for name in imitations}
    found = run({**own, "Ada L_1_assignsubmission_file/practical.ipynb": notebook()})
    assert list(students(found)) == ["Ada L"]
    inner = zipped({**dict.fromkeys(imitations, b"{}"), "practical.ipynb": notebook()})
    for outer in ("la_11_21_work.zip", "ada.zip", "Ada L_1_assignsubmission_file_work.zip"):
        assert len(run({outer: inner}, is_replacing=True).taken) == 1
    assert {path.split("/")[0] for path in handed_in(course)} == {"Ada L", "11", "ada"}


@pytest.mark.parametrize(
    "entries",
    [
        ["Ada L_1_assignsubmission_file/practical.ipynb", "readme.txt"],
        ["la_11_21_practical.ipynb", "ada/practical.ipynb"],
        ["ada/bob_1_2_practical.ipynb"],
        ["course/Ada L_1_assignsubmission_file/practical.ipynb"],
    ],
)
def test_an_archive_that_is_not_clearly_a_platforms_is_asked_about(run, course, entries):
    """Names of which some only are a platform's, or lie in a folder, are no reason to guess."""
    with pytest.raises(UsageError, match="say with --lms who made it"):
        run(dict.fromkeys(entries, notebook()))
    assert handed_in(course) == {}


def test_the_platform_can_be_said(run):
    """Then what does not fit is left out and named."""
    found = run(
        {"unpacked/la_11_21_practical.ipynb": notebook(), "unpacked/notes.ipynb": notebook()}, platform="canvas"
    )
    assert students(found) == {"11": State.NEW}
    assert reasons(found) == {"unpacked/notes.ipynb": "its name is not one that canvas gives"}
    assert found.needs_person
    with pytest.raises(UsageError, match="no export of Gradescope"):
        run({"a/b.ipynb": b""}, platform="gradescope")


def test_other_assignments_are_left_out(run, course):
    """A course's own tree may hold several."""
    other = course[0].root / "assignments" / "other"
    other.mkdir()
    (other / "assignment.toml").write_text('title = "Other"')
    found = run({"ada/practical/practical.ipynb": notebook(), "ada/other/other.ipynb": notebook()})
    assert reasons(found) == {"ada/other/other.ipynb": "it belongs to other"}
    assert handed_in(course).keys() == {"ada/practical/practical.ipynb"}


# Whose it is


def test_a_map_says_who_is_who(run, course):
    """Numbers, names and mails of the platform become the course's ids; who is not in it is left out."""
    names = "student_id,name,id\nada,Ada Lovelace,\nalan,,12\n"
    entries = [f"{each}_2{n}_practical.ipynb" for n, each in enumerate(["lovelaceada_11", "ta_12", "x_13"])]
    found = run(dict.fromkeys(entries, notebook()), names=names)
    assert list(students(found)) == ["ada", "alan"]
    assert reasons(found) == {entries[2]: "names.csv does not name x (13)"}
    assert found.needs_person


def test_two_people_of_one_name_are_not_mixed_up(run, course):
    """Moodle's names are not unique; a map with the numbers tells them apart."""
    entries = {f"Jane Doe_{n}_assignsubmission_file/practical.ipynb": notebook(str(n)) for n in (1, 2)}
    found = run(entries)
    assert found.taken == ()
    assert all("2 people would have the id 'Jane Doe'" in reason for reason in reasons(found).values())
    found = run(entries, names="student_id,id\njane1,Participant 1\njane2,2\n")
    assert handed_in(course)["jane2/practical/practical.ipynb"] == notebook("2")


@pytest.mark.parametrize("names", [("ada", "Ada"), ("straße", "STRASSE")])
def test_ids_that_some_disks_cannot_tell_apart_are_refused(run, course, names):
    """Among those that come, and against those that are there."""
    one, other = names
    found = run({f"{one}/practical.ipynb": notebook(one), f"{other}/practical/practical.ipynb": notebook(other)})
    assert found.taken == ()
    assert ["some disks" in each.reason for each in found.left_out] == [True, True]
    run({f"{one}/practical.ipynb": notebook()})
    found = run({f"{other}/practical.ipynb": notebook()}, is_replacing=True)
    assert "there is a student" in reasons(found)[f"{other}/practical.ipynb"]
    assert handed_in(course).keys() == {f"{one}/practical/practical.ipynb"}


@pytest.mark.parametrize("name", ["=cmd", "-rf", ".hidden", "<b>", "@x"])
def test_an_id_that_is_none_is_refused(run, course, name):
    """A formula, an option, a hidden name or a tag is nobody's id."""
    found = run({f"{name}/practical.ipynb": notebook(), "ada/practical.ipynb": notebook()})
    assert students(found) == {"ada": State.NEW}
    assert "cannot be a student's id" in reasons(found)[f"{name}/practical.ipynb"]


# Which attempt


def test_the_newest_attempt_is_taken(run, course):
    """By the time that a name tells; the older one is named."""
    names = [f"practical_ada_attempt_2026-01-{day}-20-30-10_practical.ipynb" for day in (29, 31, 30)]
    found = run({name: notebook(name) for name in names})
    assert found.taken[0].submitted_at == "2026-01-31T20:30:10+00:00"
    assert handed_in(course)["ada/practical/practical.ipynb"] == notebook(names[1])
    assert reasons(found) == dict.fromkeys([names[0], names[2]], "a newer attempt of ada is taken")
    assert not found.needs_person


def test_the_newest_attempt_of_several_archives_is_taken(run, course):
    """By Canvas's numbers, and by the date of the files where there is nothing better."""
    found = run({"la_11_30_practical.ipynb": notebook("new")}, {"la_11_21_practical.ipynb": notebook("old")})
    assert handed_in(course)["11/practical/practical.ipynb"] == notebook("new")
    assert reasons(found) == {"la_11_21_practical.ipynb": "a newer attempt of 11 is taken"}
    run(zipped({"ada/practical.ipynb": notebook("old")}), zipped({"ada/practical.ipynb": notebook("new")}, LATER))
    assert handed_in(course)["ada/practical/practical.ipynb"] == notebook("new")


def test_attempts_that_nothing_orders_are_left_to_a_person(run, course):
    """Neither is preferred; the same archive twice is no second attempt."""
    found = run({"ada/practical.ipynb": notebook("one")}, {"ada/practical.ipynb": notebook("other")})
    assert found.taken == ()
    assert found.needs_person
    assert "two attempts, in 0.zip and in 1.zip" in found.left_out[0].reason
    found = run({"ada/practical.ipynb": notebook()}, {"ada/practical.ipynb": notebook()})
    assert students(found) == {"ada": State.NEW}
    assert [each.reason for each in found.left_out] == ["the same of ada is taken"]
    assert not found.needs_person


# Which notebook, and what beside it


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        (["practical.ipynb", "other.ipynb", "practical-1.ipynb"], "practical.ipynb"),
        (["Practical.ipynb", "other.ipynb"], "Practical.ipynb"),
        (["my answers.ipynb"], "my answers.ipynb"),
        (["practical-1.ipynb", "practical-10.ipynb", "practical-9.ipynb"], "practical-10.ipynb"),
        (["practical (2).ipynb", "other.ipynb"], "practical (2).ipynb"),
        (["a/b/practical.ipynb", "a/practical.ipynb"], "a/practical.ipynb"),
        (["work.ipynb", ".ipynb_checkpoints/work-checkpoint.ipynb"], "work.ipynb"),
    ],
)
def test_the_notebook_that_is_meant(run, course, names, meant):
    """By its name, a renamed copy, or because there is no other; what an editor keeps is no other."""
    run({f"ada/{name}": notebook(name) for name in names})
    assert handed_in(course)["ada/practical/practical.ipynb"] == notebook(meant)


@pytest.mark.parametrize("names", [["one.ipynb", "other.ipynb"], ["a/practical.ipynb", "b/practical.ipynb"], ["x.pdf"]])
def test_a_notebook_that_is_not_clear_is_left_to_a_person(run, course, names):
    """Nothing of the student is taken, and every entry is named."""
    found = run({f"ada/{name}": notebook(name) for name in names})
    assert found.taken == ()
    assert found.needs_person
    assert len(reasons(found)) == len(names)
    assert all("nothing of ada is taken: " in reason for reason in reasons(found).values())


KEPT = ["data/points.csv", "photo.PNG", "weights/model.weights.h5", "helpers.py", "notes.md", "best.keras"]
LEFT = {
    "conftest.py": "steer",
    "sub/CONFTEST.py": "steer",
    "sitecustomize.py": "steer",
    "pytest.ini": "steer",
    "setup.cfg": "steer",
    "x.pth": "steer",
    "nbgrader_config.py": "steer",
    "ipython_config.py": "steer",
    "numpy.py": "module numpy",
    "Keras/__init__.py": "steer",
    "keras/layers.py": "module keras",
    "random.py": "module random",
    "autograder.py": "module autograder",
    ".env": "hidden",
    ".config/x.csv": "hidden",
    "timestamp.txt": "nbgrader",
    "other.ipynb": "another notebook",
    "run.sh": "kind",
    "libevil.so": "kind",
    "report.pdf": "kind",
    "no_suffix": "kind",
    "model.pkl": "kind",
}


def test_what_lies_beside_the_notebook(run, course):
    """Data, images, weights and modules are kept; what would steer a program is not, and each is named."""
    files = dict.fromkeys([*KEPT, *LEFT], b"content")
    found = run({f"ada/lab/{name}": data for name, data in {**files, "practical.ipynb": notebook()}.items()})
    assert handed_in(course).keys() == {f"ada/practical/{name}" for name in [*KEPT, "practical.ipynb"]}
    assert sorted(found.taken[0].files) == sorted(KEPT)
    for name, reason in LEFT.items():
        assert reason in reasons(found)[f"ada/lab/{name}"]
    assert not found.needs_person


def test_what_lies_elsewhere_is_left_out(run, course):
    """A file above the notebook's folder is not beside it."""
    found = run({"ada/lab/practical.ipynb": notebook(), "ada/data.csv": b"1"})
    assert reasons(found) == {"ada/data.csv": "it does not lie beside the notebook"}


def test_files_beside_are_small_and_few(run, course, monkeypatch):
    """Beyond the bounds the notebook is taken, and the rest is named."""
    monkeypatch.setattr(collecting.beside, "MAX_FILE_BYTES", 100)
    monkeypatch.setattr(collecting.beside, "MAX_BYTES", 150)
    monkeypatch.setattr(collecting.beside, "MAX_FILES", 2)
    sizes = {"a": 101, "b": 100, "c": 51, "d": 50, "e": 0}
    files = {f"ada/{name}.csv": bytes(size) for name, size in sizes.items()}
    found = run({**files, "ada/practical.ipynb": notebook()})
    assert found.taken[0].files == ("b.csv", "d.csv")
    assert len(found.left_out) == 3


def test_files_of_one_name_are_not_mixed_up(run, course):
    """Two that Canvas tells apart by number, or a disk does not tell apart at all, are not one upon the other."""
    names = ["la_11_21_practical.ipynb", "la_11_22_data.csv", "la_11_23_data.csv", "la_11_24_DATA.csv"]
    found = run({name: name.encode() for name in names})
    assert found.taken[0].files == ("DATA.csv",)
    assert [each.reason for each in found.left_out] == ["there is another file of its name"] * 2


def test_a_damaged_file_beside_costs_itself_alone(run, course):
    """The notebook is taken all the same; a damaged notebook is not."""
    data = zipped(
        {"ada/practical.ipynb": notebook(), "ada/data.csv": b"0123456789" * 50, "alan/practical.ipynb": b"z" * 99}
    )
    infos = {info.filename: info for info in zipfile.ZipFile(io.BytesIO(data)).infolist()}
    damaged = bytearray(data)
    for name in ("ada/data.csv", "alan/practical.ipynb"):
        damaged[infos[name].header_offset + 30 + len(name) + 1] ^= 0xFF
    found = run(bytes(damaged))
    assert students(found) == {"ada": State.NEW}
    assert handed_in(course).keys() == {"ada/practical/practical.ipynb"}
    assert "damaged" in reasons(found)["ada/data.csv"]
    assert "damaged" in reasons(found)["alan/practical.ipynb"]


def test_a_student_whose_archive_is_a_bomb_costs_nobody_else(run, course):
    """What inflates without end is named; the others' work is taken."""
    bomb = zipped({"practical.ipynb": bytes(40 << 20)})
    found = run({"ada.zip": bomb, "alan.zip": zipped({"practical.ipynb": notebook()}), "eve.zip": b"PK no archive"})
    assert students(found) == {"alan": State.NEW}
    assert "times its size" in reasons(found)["ada.zip"]
    assert found.needs_person
    assert handed_in(course).keys() == {"alan/practical/practical.ipynb"}


def test_links_and_traversal_write_nothing(run, course, tmp_path):
    """Neither through a link in the archive, nor through one that lies in submitted/."""
    link = zipfile.ZipInfo("ada/practical.ipynb", DATE)
    link.create_system, link.external_attr = 3, 0o120777 << 16
    found = run([(link, b"/etc/passwd"), ("../../evil.ipynb", notebook()), ("alan/practical.ipynb", notebook())])
    assert students(found) == {"alan": State.NEW}
    assert len(found.left_out) == 2
    assert found.needs_person
    outside = tmp_path / "outside"
    outside.mkdir()
    (course[0].root / "submitted" / "eve").symlink_to(outside)
    (course[0].root / "submitted" / "mallory").mkdir()
    (course[0].root / "submitted" / "mallory" / "practical").symlink_to(outside)
    found = run({f"{name}/practical.ipynb": notebook() for name in ("eve", "mallory")}, is_replacing=True)
    assert found.taken == ()
    assert list(outside.iterdir()) == []


# What lies there already


def test_the_same_again_changes_nothing(run, course):
    """Collecting twice is collecting once."""
    entries = {"ada/practical.ipynb": notebook(), "ada/data/x.csv": b"1"}
    run(entries)
    place = course[0].root / "submitted" / "ada" / "practical"
    before = place.stat()
    found = run(entries)
    assert students(found) == {"ada": State.UNCHANGED}
    assert not found.needs_person
    assert place.stat() == before


def test_another_submission_is_replaced_only_where_asked_for(run, course):
    """What lies there stays, also when it lies there by hand; asked for, the new one takes its place as a whole."""
    place = course[0].root / "submitted" / "ada" / "practical"
    place.mkdir(parents=True)
    (place / "old.csv").write_bytes(b"old")
    (place / "practical.ipynb").write_bytes(notebook("old"))
    before = handed_in(course)
    found = run({"ada/practical.ipynb": notebook("new")})
    assert "--replace" in reasons(found)["ada/practical.ipynb"]
    assert found.needs_person
    assert handed_in(course) == before
    assert students(run({"ada/practical.ipynb": notebook("new")}, is_replacing=True)) == {"ada": State.REPLACED}
    assert handed_in(course) == {"ada/practical/practical.ipynb": notebook("new")}
    assert not list((course[0].root / "submitted").glob(".*"))


def test_replacing_where_folders_cannot_be_exchanged(run, course, monkeypatch):
    """On systems without that call the old one is moved away first."""
    monkeypatch.setattr("autograder.collecting.placing._exchanged", lambda one, other: False)
    run({"ada/practical.ipynb": notebook("old")})
    run({"ada/practical.ipynb": notebook("new")}, is_replacing=True)
    assert handed_in(course) == {"ada/practical/practical.ipynb": notebook("new")}


def test_a_dry_run_writes_nothing(run, course):
    """It says what would be done, and the course is as it was."""
    run({"ada/practical.ipynb": notebook("old"), "alan/practical.ipynb": notebook()})
    before = handed_in(course)
    entries = {f"{name}/practical.ipynb": notebook() for name in ("ada", "alan", "zoe")}
    found = run(entries, is_dry_run=True, is_replacing=True)
    assert students(found) == {"ada": State.REPLACED, "alan": State.UNCHANGED, "zoe": State.NEW}
    assert handed_in(course) == before


def test_a_run_that_is_killed_leaves_whole_submissions(run, course, monkeypatch):
    """Whatever ends it, what is in submitted/ is whole; the next run clears its hidden folder away."""
    moved = []
    put = collecting.put

    def put_one_and_die(folder, place, state):
        if moved:
            raise KeyboardInterrupt
        moved.append(place)
        put(folder, place, state)

    monkeypatch.setattr(collecting, "put", put_one_and_die)
    with pytest.raises(KeyboardInterrupt):
        run({f"{name}/practical.ipynb": notebook(name) for name in ("ada", "alan")})
    assert handed_in(course) == {"ada/practical/practical.ipynb": notebook("ada")}
    abandoned = course[0].root / "submitted" / ".collect-abandoned"
    (abandoned / "1").mkdir(parents=True)
    monkeypatch.setattr(collecting, "put", put)
    run({"zoe/practical.ipynb": notebook()})
    assert abandoned.exists()  # a run may just have made it
    os.utime(abandoned, (time.time() - 100,) * 2)
    run({"zoe/practical.ipynb": notebook()})
    assert not abandoned.exists()


def test_two_runs_at_a_time_leave_each_other_alone(run, course):
    """A hidden folder in which somebody works is not cleared away, however old it is."""
    theirs = course[0].root / "submitted" / ".collect-theirs"
    theirs.mkdir(parents=True)
    os.utime(theirs, (time.time() - 1000,) * 2)
    descriptor = os.open(theirs, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    run({"ada/practical.ipynb": notebook()})
    assert theirs.exists()
    os.close(descriptor)
    run({"ada/practical.ipynb": notebook()})
    assert not theirs.exists()


def test_a_folder_that_cannot_be_written_is_the_machines_fault(run, course, monkeypatch):
    """A full disk, say, is told as what it is."""

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(collecting, "put", full)
    with pytest.raises(InfrastructureError, match="No space left"):
        run({"ada/practical.ipynb": notebook()})
    assert handed_in(course) == {}


@pytest.mark.parametrize("data", [b"no archive", b""])
def test_an_archive_that_is_none_is_the_operators(run, course, data):
    """It is named, and nothing is taken from any."""
    with pytest.raises(UsageError, match="1.zip: it is no zip archive"):
        run({"ada/practical.ipynb": notebook()}, data)
    assert handed_in(course) == {}


def test_a_folder_is_no_archive(course, tmp_path):
    """Some browsers unpack what they download."""
    with pytest.raises(UsageError, match="is a folder"):
        collect(*course, [tmp_path])
    with pytest.raises(UsageError, match="No such file"):
        collect(*course, [tmp_path / "missing.zip"])


def test_every_entry_is_taken_or_named(run, course):
    """Whatever is in the archives, each file of them has an end."""
    entries = {
        "__MACOSX/ada/._practical.ipynb": b"",
        "ada/practical.ipynb": notebook(),
        "ada/.DS_Store": b"",
        "ada/data.csv": b"",
        "ada/conftest.py": b"",
        "alan/notes.pdf": b"",
        "..\\x.ipynb": b"",
        "loose.txt": b"",
    }
    found = run(entries)
    (taken,) = found.taken
    ends = {taken.entry, *(f"ada/{name}" for name in taken.files), *reasons(found)}
    assert ends == set(entries)
