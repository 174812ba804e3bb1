"""What to write instead: a sentence for an exception that comes from another time, another machine or another Python.

Only the exception is read, after the fact: code that handles its own errors is left alone.
"""

from __future__ import annotations

import re
import traceback
from pathlib import PureWindowsPath

from autograder.sandbox import old_names
from autograder.sandbox.notes import quoted

_MOST_CHARS = 1000
"""Of a text that is looked at: what is looked for takes time that grows with its square."""
_NOT_IN_MODULE = re.compile(r"module '([\w.]+)' has no attribute '(\w+)'")
_NOT_IN_OBJECT = re.compile(r"'\w+' object has no attribute '(\w+)'")
_CANNOT_IMPORT = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
_UNKNOWN_OF_OPTIMIZER = re.compile(r"Argument\(s\) not recognized: \{'(\w+)'")
_UNKNOWN_OF_LAYER = re.compile(r"Unrecognized keyword arguments passed to (\w+): \{'(\w+)'")
_UNKNOWN_OF_METHOD = re.compile(r"(\w+)\.(?:fit|evaluate|predict|compile|__init__)\(\) got an unexpected .* '(\w+)'")
_MISSING = re.compile(r"(\w+)\.__init__\(\) missing \d+ required positional argument")
_ARGUMENT = re.compile(r"(\w+)\s*=(?!=)")
_NO_FILE = re.compile(r"File not found: filepath=(.+?)\.(?: |$)")
_NO_SCRIPT = re.compile(r"^File `'(.+)'` not found")
_STYLE = re.compile(r"'(seaborn[\w-]*)' is not a valid package style")
_PYTHON_2 = (
    (re.compile(r"Missing parentheses in call to 'print'"), re.compile(""), "`print(...)`, it is a function"),
    (re.compile(r"Missing parentheses in call to 'exec'"), re.compile(""), "`exec(...)`, it is a function"),
    (re.compile(r"exception types must be parenthesized"), re.compile(""), "`except Error as error:`"),
    (re.compile(r"leading zeros in decimal integer"), re.compile(""), "`0o17` for the octal number 17"),
    (re.compile(""), re.compile(r"^\s*raise\s+[\w.]+\s*,"), '`raise Error("text")`'),
    (re.compile(""), re.compile(r"<>"), "`!=`"),
)
"""What a `SyntaxError` says, what its line holds, and what to write."""
_PACKAGES = {
    "tensorflow_datasets": "load data with `keras.datasets`",
    "torch": "write it with Keras",
    "torchvision": "write it with Keras, and load data with `keras.datasets`",
    "tensorflow_hub": "build the model with `keras.layers`",
    "tensorflow_addons": "build it with `keras.layers`",
    "cv2": "read and draw images with Matplotlib, resize them with `tf.image.resize`",
    "gdown": "there is no network while a notebook is graded",
    "wget": "there is no network while a notebook is graded",
}


def explain(error: BaseException) -> str:
    """Return what a student should write instead, as a sentence; empty where nothing better is known than the error.

    Parameters
    ----------
    error
        What student code raised.
    """
    text = str(error)[:_MOST_CHARS]
    match error:
        case SyntaxError():
            return _python_2(error)
        case ModuleNotFoundError():
            return _gone(error.name or "") or _absent(error.name or "")
        case ImportError():
            found = _CANNOT_IMPORT.search(text)
            name = (
                f"{found[2]}.{found[1]}" if found else "keras.optimizers.legacy" if "optimizers.legacy" in text else ""
            )
            return _gone(name)
        case AttributeError():
            return _attribute(error, text)
        case NameError():
            write = old_names.PYTHON_2.get(error.name or "")
            return f"`{error.name}` is Python 2: write {write}." if write else ""
        case KeyError():
            return _key(error)
        case FileNotFoundError() | PermissionError():
            return _path(error.filename)
        case OSError() if found := _STYLE.search(text):
            return f"`{found[1]}` is called {quoted(found[1].replace('seaborn', 'seaborn-v0_8', 1))} today."
        case IndexError() if re.search("gpu|set_memory_growth", line_of(error), re.IGNORECASE):
            asked = '`tf.config.list_physical_devices("GPU")`'
            return f"There is no GPU while a notebook is graded: ask whether {asked} is empty."
        case TypeError() | ValueError():
            return _argument(error, text) or _python_2_print(text) or _path_in(text)
    found = _NO_SCRIPT.search(text)
    return _path(found[1]) if found else ""


def line_of(error: BaseException) -> str:
    """Return the line of the notebook that an exception comes from; empty where it is not known."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("<ipython")]
    return (frames[-1].line or "").strip()[:_MOST_CHARS] if frames else ""


def _gone(name: str, shown: str = "") -> str:
    write = old_names.today(name)
    return f"`{shown or old_names.plain(name)}` no longer exists: write {write}." if write else ""


def _absent(name: str) -> str:
    package = name.partition(".")[0]
    hint = _PACKAGES.get(package)
    files = "`requirements.txt` lists the packages, and only the assignment's own files lie beside the notebook"
    return f"`{package}` is not here while a notebook is graded: {hint or files}."


def _attribute(error: AttributeError, text: str) -> str:
    if found := _NOT_IN_MODULE.search(text):
        return _gone(f"{found[1]}.{found[2]}")
    if found := _NOT_IN_OBJECT.search(text):
        for kind in _kinds(error.obj):
            if sentence := _gone(f"{kind}.{found[1]}", shown=found[1]):
                return sentence
    return ""


def _kinds(value: object) -> list[str]:
    """Return the names under which `old_names` lists what an object has lost."""
    import keras

    kinds = {"Model": keras.Model, "Layer": keras.Layer, "Optimizer": keras.optimizers.Optimizer, "dict": dict}
    return [name for name, kind in kinds.items() if isinstance(value, kind)]


def _argument(error: BaseException, text: str) -> str:
    """Explain an argument that Keras does not know; one of a student's own function is none of ours."""
    names = []
    if found := _UNKNOWN_OF_OPTIMIZER.search(text):
        names = [found[1]]
    elif found := _UNKNOWN_OF_LAYER.search(text) or _UNKNOWN_OF_METHOD.search(text):
        names = [found[2]] if _is_keras(found[1]) else []
    elif (found := _MISSING.search(text)) and _is_keras(found[1]):
        names = _ARGUMENT.findall(line_of(error))
    for name in names:
        if name in old_names.ARGUMENTS:
            return f"`{name}=` is no longer an argument: write {old_names.ARGUMENTS[name]}."
    return ""


def _is_keras(name: str) -> bool:
    import keras

    spaces = (keras.layers, keras.callbacks, keras.optimizers, keras.models)
    return name.endswith("Trainer") or name == "Functional" or any(hasattr(space, name) for space in spaces)


def _key(error: KeyError) -> str:
    key = error.args[0] if error.args else None
    write = old_names.HISTORY.get(key) if isinstance(key, str) else None
    return f"The history has no `{key}`: write {write}." if write and "history" in line_of(error).lower() else ""


def _python_2(error: SyntaxError) -> str:
    for message, line, write in _PYTHON_2:
        if message.search(error.msg or "") and line.search(error.text or ""):
            return f"This is Python 2: write {write}."
    return ""


def _python_2_print(text: str) -> str:
    is_print = "for >>: 'builtin_function_or_method'" in text
    return "This is Python 2: write `print(..., file=stream)`." if is_print else ""


def _path(filename: object) -> str:
    """Explain a file that is not there, or may not be written."""
    if not isinstance(filename, str) or not filename:
        return ""
    if PureWindowsPath(filename).is_absolute() or filename.startswith(("/", "~", "\\")):
        return f"{quoted(filename)} is a path of another machine: the assignment's files lie beside the notebook."
    return f"{quoted(filename)} is not beside the notebook: only the assignment's files are, and what a cell writes."


def _path_in(text: str) -> str:
    found = _NO_FILE.search(text)
    return _path(found[1]) if found else ""
