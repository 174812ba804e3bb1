"""IPython's own shell without Jupyter's sockets: runs a cell and records what it shows, as plain data.

An output is one of::

    {"type": "stream", "name": "stdout" | "stderr", "text": str}
    {"type": "result" | "display", "text": str, "pixels": array (h, w, 4) uint8 or None}
    {"type": "error", "name": str, "value": str, "traceback": [str, ...]}

Pictures cross as pixels, so that nobody outside has to parse a file that a student made. Rich HTML,
JavaScript and SVG are left out: only their text remains.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import sys
import warnings
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Instance, Type
from traitlets.config import Config

from autograder.sandbox import magics
from autograder.sandbox.notes import Notes

MAX_SIDE = 1200
"""Pixels; larger pictures are made smaller."""
MAX_PICTURE_BYTES = 64 << 20
"""Pixels of all pictures of one cell, in bytes; what a cell shows beyond is left out, and said so."""


class Recorder:
    """Collects the outputs of one cell, at most `max_chars` characters of them."""

    def __init__(self, max_chars: int) -> None:
        self.outputs: list[dict[str, Any]] = []
        self._max_chars = max_chars
        self._num_chars = 0
        self._picture_bytes = 0

    def stream(self, name: str, text: str) -> None:
        """Append printed text; past the cap only the end is kept, in the last output."""
        last = self.outputs[-1] if self.outputs else {}
        if last.get("name") == name and last["type"] == "stream":
            last["text"] += text
        else:
            last = {"type": "stream", "name": name, "text": text}
            self.outputs.append(last)
        self._num_chars += len(text)
        if self._num_chars > 2 * self._max_chars and len(last["text"]) > self._max_chars:
            half = self._max_chars // 2
            dropped = len(last["text"]) - 2 * half
            last["text"] = f"{last['text'][:half]}\n[{dropped:,} characters left out]\n{last['text'][-half:]}"
            self._num_chars = sum(len(output.get("text", "")) for output in self.outputs)

    def show(self, kind: str, bundle: dict[str, Any]) -> None:
        """Append a result or a display from its MIME bundle."""
        self._append(kind, str(bundle.get("text/plain", ""))[: self._max_chars], _pixels_of(bundle))

    def picture(self, pixels: np.ndarray) -> None:
        """Append a figure."""
        self._append("display", "<Figure>", pixels)

    def _append(self, kind: str, text: str, pixels: np.ndarray | None) -> None:
        if pixels is not None:
            self._picture_bytes += pixels.nbytes
            if self._picture_bytes > MAX_PICTURE_BYTES:
                text, pixels = f"{text} [picture left out: the cell shows too many]", None
        self._num_chars += len(text)
        if self._num_chars > 4 * self._max_chars:
            return
        self.outputs.append({"type": kind, "text": text, "pixels": pixels})

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """Append an exception."""
        self.outputs.append(
            {"type": "error", "name": name, "value": value[: self._max_chars], "traceback": traceback[-60:]}
        )

    def clear(self) -> None:
        """Drop what was shown so far, as ``clear_output`` asks."""
        self.outputs.clear()
        self._num_chars = 0
        self._picture_bytes = 0


class _Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a cell."""

    encoding = "utf-8"

    def __init__(self, shell: Shell, name: str) -> None:
        self._shell = shell
        self._name = name

    def write(self, text: str) -> int:
        self._shell.recorder.stream(self._name, str(text))
        return len(text)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False


class Transformers(TransformerManager):
    """Reads the tokens of a cell only where it is not Python as it stands: IPython does so for each kind of magic."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._usual = list(self.token_transformers)

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Return a cell's lines with magics and shell lines as calls."""
        if self.token_transformers == self._usual and _is_python("".join(lines)):
            return lines
        found: list[str] = super().do_token_transforms(lines)  # type: ignore[no-untyped-call]
        return found


def _is_python(source: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):  # Python warns again when it compiles the cell
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


class _Publisher(DisplayPublisher):
    owner: Any = None

    def publish(self, data: dict[str, Any], metadata: Any = None, source: Any = None, **kwargs: Any) -> None:
        self.owner.recorder.show("display", data)

    def clear_output(self, wait: bool = False) -> None:
        self.owner.recorder.clear()


class _Hook(DisplayHook):
    owner: Any = None

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.owner.recorder.show("result", format_dict)

    def finish_displayhook(self) -> None:
        pass


class _IPython(InteractiveShell):
    notes: Notes
    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)
    input_transformer_manager = Instance(Transformers, ())

    def _tee(self, channel: Any) -> Any:
        """Keep no second copy of all that is printed, as IPython does for its history."""
        return contextlib.nullcontext()

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Note a magic that is not known, where IPython fails."""
        if magic_name not in self.magics_manager.magics["line"]:
            return magics.unknown_line(magic_name, line, self.notes)
        return super().run_line_magic(magic_name, line, _stack_depth=_stack_depth + 1)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Note a cell whose magic is not known, where IPython fails."""
        if magic_name not in self.magics_manager.magics["cell"]:
            return magics.unknown_cell(magic_name, self.notes)
        return super().run_cell_magic(magic_name, line, cell)  # type: ignore[no-untyped-call]

    def magic(self, line: str) -> Any:
        """Run a line magic as `get_ipython().magic(line)`, which notebooks that were scripts once still say."""
        name, _, rest = line.lstrip("%").partition(" ")
        return self.run_line_magic(name, rest.strip(), _stack_depth=2)

    def enable_matplotlib(self, gui: Any = None) -> tuple[str, str]:
        """Leave Matplotlib as it is: `%pylab` only brings its names."""
        return "inline", "agg"


class Shell:
    """Runs cells in one namespace.

    Parameters
    ----------
    max_output_chars
        Characters kept of one cell's output.
    """

    _prepared: ClassVar[Shell | None] = None

    def __init__(self, max_output_chars: int) -> None:
        _IPython.clear_instance()
        config = Config()
        config.HistoryManager.enabled = False  # it would open a database
        config.InteractiveShell.colors = "nocolor"
        config.InteractiveShell.cache_size = 0  # Out[] would keep every result alive
        self.recorder = Recorder(max_output_chars)
        self._max_output_chars = max_output_chars
        shell: Any = _IPython.instance(config=config)
        self._shell = shell  # Any: IPython's traits are not what its annotations say
        self._shell.display_pub.owner = self
        self._shell.displayhook.owner = self
        self._shell.db = {}  # %cd would look for a profile folder
        self._shell.ask_exit = lambda: None
        self._shell._showtraceback = self._show_traceback  # noqa: SLF001 - IPython's own hook for front ends
        self.error: BaseException | None = None
        self.notes = shell.notes = Notes()
        magics.install(shell, self.notes)
        self._format_figures()

    @classmethod
    def prepare(cls) -> None:
        """Make the shell that `take` gives out in a forked child: making it there would cost each some milliseconds."""
        cls._prepared = cls(max_output_chars=0)

    @classmethod
    def take(cls, max_output_chars: int) -> Shell:
        """Return a shell in which nothing has run: the prepared one where there is one."""
        taken, cls._prepared = cls._prepared or cls(max_output_chars), None
        taken.settle(max_output_chars)
        return taken

    def settle(self, max_output_chars: int) -> None:
        """Make the present folder the one that the shell was started in, and keep so much of a cell's output."""
        folder = str(Path.cwd())
        self._max_output_chars = max_output_chars
        self._shell.home_dir = self._shell.starting_dir = folder
        self.namespace["_dh"][:] = [folder]  # in place: the history holds the same list

    @property
    def namespace(self) -> dict[str, Any]:
        """The student's global names."""
        names: dict[str, Any] = self._shell.user_ns
        return names

    def run(self, source: str) -> list[dict[str, Any]]:
        """Run one cell and return its outputs; `error` then holds what it raised, or None."""
        self.recorder = Recorder(self._max_output_chars)
        self.notes.begin()
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream(self, "stdout"), _Stream(self, "stderr")
        try:
            result = self._shell.run_cell(source, store_history=False)
            self.error = result.error_before_exec or result.error_in_exec
            self.flush_figures()
        finally:
            sys.stdout, sys.stderr = streams
        return self.recorder.outputs

    def forget(self) -> None:
        """Drop every name that was defined."""
        self._shell.reset(new_session=True)
        self.recorder = Recorder(self._max_output_chars)

    def flush_figures(self) -> None:
        """Show and close every open figure, as Jupyter does at the end of a cell."""
        import matplotlib.pyplot as plt

        for number in plt.get_fignums():
            self.recorder.picture(figure_pixels(plt.figure(number)))
        plt.close("all")

    def _show_traceback(self, kind: type[BaseException], error: BaseException, lines: list[str]) -> None:
        self.recorder.error(kind.__name__, str(error), [str(line) for line in lines])

    def _format_figures(self) -> None:
        from matplotlib.figure import Figure

        self._shell.display_formatter.formatters["image/png"].for_type(Figure, figure_png)


def figure_pixels(figure: Any) -> np.ndarray:
    """Return a Matplotlib figure as RGBA, (h, w, 4) uint8, at most `MAX_SIDE` pixels a side."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    largest = max(figure.get_size_inches())
    figure.set_dpi(min(figure.get_dpi(), MAX_SIDE / largest))
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba())


def figure_png(figure: Any) -> bytes:
    """Return a Matplotlib figure as a PNG file."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(figure_pixels(figure)).save(buffer, "png")
    return buffer.getvalue()


def _pixels_of(bundle: dict[str, Any]) -> np.ndarray | None:
    """Return the picture in a MIME bundle as RGBA, or None."""
    from PIL import Image

    for mime in ("image/png", "image/jpeg"):
        data = bundle.get(mime)
        if not data:
            continue
        with Image.open(io.BytesIO(base64.b64decode(data) if isinstance(data, str) else data)) as image:
            image.thumbnail((MAX_SIDE, MAX_SIDE))
            return np.array(image.convert("RGBA"))
    return None
