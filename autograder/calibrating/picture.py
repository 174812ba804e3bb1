"""Draws what models reached: a picture for each question, one dot for each training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.records import GradeId
from autograder.reports.summary import percent_text
from autograder.training.calibration import CalibratedModel, QuestionCalibration
from autograder.training.floors import FloorJudgement

_PASS, _MISS, _FLOOR = "#1b7837", "#b35806", "#444444"
_ROW = 0.32
"""Height of a model's row in inches."""
_LONGEST = 44
_GOLDEN = 0.618  # its multiples are spread evenly, however many there are


def draw(
    path: Path,
    title: str,
    recipes: Mapping[str, Mapping[GradeId, QuestionCalibration]],
    judgements: Sequence[FloorJudgement],
) -> None:
    """Write a PNG: for each floor a row for each model, a dot for each seed's best epoch, lines at the floors.

    Models that have to reach the floor are green circles, those that have to miss it are orange crosses, so that
    colours are not needed to tell them apart. The floor in force is a whole line, a proposed one is dashed.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    known = [_models(recipes[each.recipe][each.question], each) for each in judgements]
    rows = [max(len(models), 1) for models in known]
    figure = Figure(figsize=(9, sum(rows) * _ROW + 0.9 * len(rows) + 0.6), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    places = figure.subplots(len(rows), 1, squeeze=False, sharex=True, gridspec_kw={"height_ratios": rows})[:, 0]
    for axes, judgement, models in zip(places, judgements, known, strict=True):
        for row, model in enumerate(models):
            reached = [run.best(judgement.measure) for run in model.runs]
            colour, marker = (_PASS, "o") if model.must_pass else (_MISS, "x")
            axes.plot([min(reached), max(reached)], [row, row], color=colour, linewidth=1, alpha=0.5)
            axes.scatter(reached, _beside(row, len(reached)), s=18, c=colour, marker=marker, alpha=0.6, zorder=3)
            axes.text(1.01, row, f"{len(reached)}", transform=axes.get_yaxis_transform(), fontsize=8, va="center")
        if judgement.floor is not None:
            axes.axvline(judgement.floor, color=_FLOOR, linewidth=1.5)
        if judgement.proposed not in (None, judgement.floor):
            axes.axvline(judgement.proposed, color=_FLOOR, linewidth=1, linestyle="--")
        axes.set_yticks(range(len(models)), [_name(model.variants) for model in models], fontsize=8)
        axes.set_ylim(len(models) - 0.5, -0.5)
        axes.set_xlim(-0.01, 1.01)
        about = f"{judgement.question}, recipe {judgement.recipe}, {judgement.measure.value}: {_floors(judgement)}"
        axes.set_title(about.replace("$", r"\$"), fontsize=9, loc="left")
        axes.grid(axis="x", alpha=0.3)
        axes.xaxis.set_major_formatter(lambda value, place: f"{100 * value:.0f} %")
    places[-1].set_xlabel("best epoch on held-out images: dots have to reach the floor, crosses to miss it", fontsize=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    figure.savefig(part, format="png", dpi=120, metadata={"Software": None})
    part.replace(path)


def _models(calibrated: QuestionCalibration, judgement: FloorJudgement) -> list[CalibratedModel]:
    """Return the models that have to reach a floor, or to miss it."""
    return [model for model in calibrated.models if model.must_pass or judgement.measure in model.misses]


def _beside(row: int, count: int) -> list[float]:
    """Return heights around a row, so that equal values do not hide each other."""
    return [row + 0.5 * (number * _GOLDEN % 1 - 0.5) if count > 1 else row for number in range(count)]


def _floors(judgement: FloorJudgement) -> str:
    floor = "no floor" if judgement.floor is None else f"floor {percent_text(judgement.floor)}"
    return floor if judgement.proposed is None else f"{floor}, proposed {percent_text(judgement.proposed)}"


def _name(variants: Sequence[str]) -> str:
    more = f" and {len(variants) - 1} more" if len(variants) > 1 else ""
    name = variants[0] if len(variants[0]) <= _LONGEST else f"{variants[0][: _LONGEST - 1]}…"
    return f"{name}{more}".replace("$", r"\$")
