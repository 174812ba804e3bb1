"""`autograder cache`: shows and clears a course's finished trainings, and what is known of its models and code."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import click

from autograder.cli.options import course_option
from autograder.course import Course
from autograder.records import Record

if TYPE_CHECKING:  # importing it loads NumPy, which the help does without
    from autograder.grading.passed import PassedChecks
    from autograder.models.answers import AnswerCache
    from autograder.training.cache import Listed, TrainingCache

_MIB = 1 << 20


class KeptTraining(Record, frozen=True, kw_only=True):
    """A file in the cache, as ``--json`` prints it; what is known of an unsound one is its key and its size."""

    key: str
    num_bytes: int
    used_at: str
    is_sound: bool
    question: str = ""
    recipe: str = ""
    device: str = ""
    backend: str = ""
    epochs: int = 0
    is_whole: bool = False
    measure: str = ""
    best: float = 0.0


class Kept(Record, frozen=True, kw_only=True):
    """All of the cache: the trainings, the last used first, and of how many models and of what code something is known.

    `num_bytes` and `max_bytes` are those of the trainings.
    """

    folder: str
    num_bytes: int
    max_bytes: int
    trainings: tuple[KeptTraining, ...]
    models: int
    models_bytes: int
    codes: int
    codes_bytes: int


class Cleared(Record, frozen=True, kw_only=True):
    """What was dropped; `num_bytes` is all of it."""

    folder: str
    trainings: int
    models: int
    codes: int
    num_bytes: int


@click.group("cache", short_help="Show or clear finished trainings, and what is known of models and code.")
def command() -> None:
    """Show or clear the finished trainings of a course, and what is known of its models and code.

    Each training is kept in .autograder/cache under a hash of all that it depends on: the architecture without its
    names, recipe, data, the course's secret, seed, version of Keras, library, and kind of device. Equal models train
    once, whoever handed them in. What was not used longest goes when there is no room left: cache_mib in
    [tool.autograder] of the course's pyproject.toml, 512 where it says nothing.

    Beside them lies what models answered in checks that do not train: shapes, numbers of parameters, predictions. An
    equal question about an equal model is not asked again, whoever handed it in. And there lies which checks passed for
    which code, so that equal code passes them again unasked; same_code = "asked" in [grading] of assignment.toml asks.
    Nothing but time is lost with any of it.
    """


@command.command("ls", short_help="List the trainings that are kept.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
@course_option
def ls(course: Course, as_json: bool) -> int:
    """List the trainings that are kept, the last used first.

    A training that stopped at a floor ends before its recipe's last epoch, and answers floors up to what it reached. A
    file that is torn, or that this course has not sealed, is named unsound: it is dropped when it is met.
    """
    from autograder.cli.console import harmless_json
    from autograder.records import to_json

    kept = _kept(course)
    if as_json:
        click.echo(harmless_json(to_json(kept)), nl=False)
    else:
        _print(kept)
    return 0


@command.command("clear", short_help="Drop all that is kept.")
@click.option("--json", "as_json", is_flag=True, help="Print what was dropped as JSON.")
@course_option
def clear(course: Course, as_json: bool) -> int:
    """Drop every training, and all that is known. What is being trained meanwhile is kept when it is finished."""
    from autograder.cli.console import harmless_json
    from autograder.records import to_json

    count, num_bytes = _cache(course).clear()
    num_models, models_bytes = _answers(course).clear()
    num_codes, codes_bytes = _passed(course).clear()
    cleared = Cleared(
        folder=str(course.cache),
        trainings=count,
        models=num_models,
        codes=num_codes,
        num_bytes=num_bytes + models_bytes + codes_bytes,
    )
    if as_json:
        click.echo(harmless_json(to_json(cleared)), nl=False)
    else:
        what = f"{_trainings(count)} and what was known of {_models(num_models)} and {_codes(num_codes)}"
        click.echo(f"dropped {what}, {cleared.num_bytes / _MIB:.1f} MiB, from {course.cache}")
    return 0


def _cache(course: Course) -> TrainingCache:
    from autograder.training.cache import TrainingCache

    return TrainingCache(course.cache, course.secret(), max_bytes=course.settings.cache_mib * _MIB)


def _answers(course: Course) -> AnswerCache:
    from autograder.models.answers import AnswerCache

    return AnswerCache(course.cache, course.secret())


def _passed(course: Course) -> PassedChecks:
    from autograder.grading.passed import PassedChecks

    return PassedChecks(course.cache, course.secret())


def _kept(course: Course) -> Kept:
    listed = list(_cache(course).entries())
    num_models, models_bytes = _answers(course).size()
    num_codes, codes_bytes = _passed(course).size()
    return Kept(
        folder=str(course.cache),
        num_bytes=sum(each.num_bytes for each in listed),
        max_bytes=course.settings.cache_mib * _MIB,
        trainings=tuple(_training(each) for each in listed),
        models=num_models,
        models_bytes=models_bytes,
        codes=num_codes,
        codes_bytes=codes_bytes,
    )


def _training(listed: Listed) -> KeptTraining:
    used_at = datetime.datetime.fromtimestamp(listed.used_at, datetime.UTC).isoformat(timespec="seconds")
    entry = listed.entry
    if entry is None:
        return KeptTraining(key=listed.path.stem, num_bytes=listed.num_bytes, used_at=used_at, is_sound=False)
    return KeptTraining(
        key=entry.key,
        num_bytes=listed.num_bytes,
        used_at=used_at,
        is_sound=True,
        question=entry.question,
        recipe=entry.recipe,
        device=entry.device,
        backend=entry.backend,
        epochs=len(entry.epochs),
        is_whole=entry.is_whole,
        measure=entry.measure.value,
        best=round(entry.attempt(entry.measure).best, 4),
    )


def _print(kept: Kept) -> None:
    from rich import box
    from rich.table import Table

    from autograder.cli.console import plain, results

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("training", no_wrap=True)
    table.add_column("question", no_wrap=True, overflow="ellipsis", max_width=26)
    table.add_column("epochs", justify="right", no_wrap=True)
    table.add_column("best", justify="right", no_wrap=True, min_width=5)
    table.add_column("with", no_wrap=True)
    table.add_column("last used", no_wrap=True)
    for each in kept.trainings:
        used = datetime.datetime.fromisoformat(each.used_at).astimezone().strftime("%m-%d %H:%M")
        if each.is_sound:
            epochs = f"{each.epochs}{'' if each.is_whole else '+'}"
            what = (plain(each.question), epochs, f"{each.best:.1%}", f"{each.backend}, {each.device}")
        else:
            what = (plain("unsound", "yellow"), "", "", "")
        table.add_row(plain(each.key[:8]), *what, used)
    if kept.trainings:
        results().print(table)
    size, room = kept.num_bytes / _MIB, kept.max_bytes / _MIB
    click.echo(f"{_trainings(len(kept.trainings))}, {size:.1f} of {room:.0f} MiB, in {kept.folder}")
    if any(each.is_sound and not each.is_whole for each in kept.trainings):
        click.echo("+ stopped when its floor was reached")
    if kept.models:
        click.echo(f"what is known of {_models(kept.models)}: {kept.models_bytes / _MIB:.1f} MiB")
    if kept.codes:
        click.echo(f"what passed of {_codes(kept.codes)}: {kept.codes_bytes / _MIB:.1f} MiB")


def _trainings(count: int) -> str:
    return f"{count} training{'' if count == 1 else 's'}"


def _models(count: int) -> str:
    return f"{count} model{'' if count == 1 else 's'}"


def _codes(count: int) -> str:
    return f"{count} piece{'' if count == 1 else 's'} of code"
