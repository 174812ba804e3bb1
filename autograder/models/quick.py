"""Makes TensorFlow and Keras quick in a process that builds a few small models; what they compute stays the same.

What is changed is not public; where a version has it no longer, nothing is changed and the process is only slower.
`benchmarks/peers.py` measures what it comes to.
"""

# ruff: noqa: SLF001 - this is what the module is for

from __future__ import annotations

import contextlib
import functools
import inspect
import typing
from collections.abc import Callable, Iterator
from types import FunctionType, MethodType
from typing import Any

MOST_SIGNATURES = 4096
"""More than a notebook comes to ask for; the bound only keeps what is remembered from growing without end."""


_STEADY = (
    *("Zeros", "Ones", "RandomNormal", "RandomUniform", "TruncatedNormal"),
    *("GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform"),
)
"""Initialisers of Keras that work for any shape, and return the same whenever they are asked."""


def prepare() -> None:
    """Change what is slow; before TensorFlow has run anything."""
    _run_operations_directly()
    _optimise_no_graphs()
    _remember_signatures()
    _remember_protocols()
    _ask_tensors_directly()
    _remember_names()
    _draw_weights_when_needed()
    _draw_nothing_for_shapes()
    _set_plain_attributes_directly()


@contextlib.contextmanager
def drawing_tensors() -> Iterator[None]:
    """Let variables that are given their first values hold plain tensors, which nobody can assign to.

    A variable of TensorFlow takes longer to make than most of what its numbers are used for. A model that holds tensors
    runs as ever within a `keras.StatelessScope`, where nothing is assigned.
    """
    from keras.src import backend

    kind = backend.Variable
    original = getattr(kind, "_initialize_with_initializer", None)
    if original is None:
        yield
        return

    def draw(variable: Any, initializer: Callable[..., Any]) -> None:
        variable._value = initializer(variable._shape, dtype=variable._dtype)

    kind._initialize_with_initializer = draw
    try:
        yield
    finally:
        kind._initialize_with_initializer = original


def _run_operations_directly() -> None:
    """Have TensorFlow run the kernel of an eager operation itself, and not as a function of one node.

    Such a function is made for each new combination of operation and attributes, and optimised as if it would run
    often. The kernels are the same.
    """
    from tensorflow.python.eager import context

    private = context.pywrap_tfe
    choose = getattr(private, "TFE_ContextOptionsSetRunEagerOpAsFunction", None)
    if choose is not None:
        private.TFE_ContextOptionsSetRunEagerOpAsFunction = lambda options, as_function: choose(options, False)


def _optimise_no_graphs() -> None:
    """Have TensorFlow run functions as they were written: to optimise them takes longer than what it saves here.

    Each epoch of a `fit` makes its iterators anew, and each of those has functions: 10 ms an iterator, and 3 without.
    On a CPU the training itself takes as long, and comes to the same numbers but for rounding.
    """
    import tensorflow

    tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def _draw_weights_when_needed() -> None:
    """Have Keras draw the first numbers of a weight when somebody looks at them: of most models nobody ever does.

    Their seeds are drawn where the initialiser is made, so the numbers are the same. Weights whose initialiser is not
    one of those below, such as a student's own, are drawn at once, as ever.
    """
    import keras
    import tensorflow
    from keras.src import backend

    kind = backend.Variable
    original: Callable[[Any, Any], None] | None = getattr(kind, "_initialize_with_initializer", None)
    if original is None or hasattr(kind, "_value"):
        return
    at_once: Callable[[Any, Any], None] = original
    steady = frozenset(getattr(keras.initializers, name) for name in _STEADY)

    class Drawn:
        """Stands in for the value of a variable that has none yet: an attribute of its own takes precedence."""

        def __get__(self, variable: Any, owner: type) -> Any:
            initializer = None if variable is None else vars(variable).pop("_later", None)
            if initializer is None:
                raise AttributeError("_value")
            with tensorflow.init_scope():
                at_once(variable, initializer)
            return variable._value

    def initialize(variable: Any, initializer: Callable[..., Any]) -> None:
        if type(initializer) in steady and type(getattr(initializer, "seed", 0)) is int:
            vars(variable).pop("_value", None)  # None, where it was made within a stateless scope
            variable._later = initializer
        else:
            at_once(variable, initializer)

    kind._initialize_with_initializer = initialize
    kind._value = Drawn()


def _draw_nothing_for_shapes() -> None:
    """Have Keras draw no numbers where it works out the shapes of a layer that somebody wrote.

    It calls the layer within a graph that nobody runs, in which a new weight is drawn wherever it is used. What stands
    there instead has the shape and the dtype, and numbers as little as what is drawn in a graph.
    """
    import tensorflow
    from keras.src.backend.tensorflow import random

    def is_sketching() -> bool:
        graph = tensorflow.compat.v1.get_default_graph()
        return not tensorflow.executing_eagerly() and str(getattr(graph, "name", "")).startswith("scratch_graph")

    def without_numbers(draw: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(draw)
        def drawn(shape: Any, *args: Any, dtype: Any = None, seed: Any = None, **kwargs: Any) -> Any:
            is_steady = not args and dtype is not None and type(seed) is int
            if is_steady and is_sketching() and all(type(size) is int for size in shape):
                return tensorflow.compat.v1.placeholder(dtype, shape)
            return draw(shape, *args, dtype=dtype, seed=seed, **kwargs)

        return drawn

    for name in ("normal", "truncated_normal", "uniform"):
        if hasattr(random, name):
            setattr(random, name, without_numbers(getattr(random, name)))


def _set_plain_attributes_directly() -> None:
    """Have layers of Keras set an attribute that holds nothing to be tracked as any object does.

    Each attribute goes through the trackers of Keras and of TensorFlow, which look for variables, layers and
    containers of them, or whether it replaces one: some hundred attributes for each layer. A list, set or dict becomes
    one of Keras's, which looks at what is put into it later.
    """
    import keras
    from keras.src.layers.layer import Layer
    from keras.src.utils import tracking

    setters = {kind: vars(kind).get("__setattr__") for kind in Layer.__mro__}
    if setters[Layer] is None:
        return
    track: Callable[[Any, str, Any], None] = setters[Layer]
    plain = frozenset(
        (
            *(type(None), bool, int, float, str, FunctionType, MethodType, inspect.Signature),
            *(keras.InputSpec, keras.DTypePolicy, *(getattr(keras.initializers, name) for name in _STEADY)),
        )
    )
    tracked = {list: "TrackedList", dict: "TrackedDict", set: "TrackedSet"}
    containers: dict[type, Any] = {
        tuple: None,
        **{kind: getattr(tracking, name) for kind, name in tracked.items() if hasattr(tracking, name)},
    }
    put = object.__setattr__

    @functools.cache
    def is_tracked_as_ever(kind: Any) -> bool:
        """Whether nobody has put a class of their own between those of Keras and TensorFlow and `object`."""
        below = kind.__mro__[kind.__mro__.index(Layer) + 1 :]
        return all(vars(each).get("__setattr__") in (None, setters.get(each)) for each in below)

    def is_new(layer: Any, name: str) -> bool:
        """Whether an attribute takes the place of nothing that is tracked."""
        own = layer.__dict__
        return "_tracker" in own and type(own.get(name)) in plain and is_tracked_as_ever(layer.__class__)

    def set_attribute(layer: Any, name: str, value: Any) -> None:
        kind = type(value)
        if kind in plain and is_new(layer, name):
            put(layer, name, value)
        elif not (kind in containers and is_new(layer, name) and set_container(layer, name, value)):
            track(layer, name, value)

    def set_container(layer: Any, name: str, value: Any) -> bool:
        """Set a container that holds nothing to be tracked; False where that is left to the trackers."""
        if not all(type(each) in plain for each in (value.values() if type(value) is dict else value)):
            return False
        own, wrapper = layer.__dict__, containers[type(value)]
        is_noted = own.get("_self_setattr_tracking", True)
        if wrapper is not None and tracking.is_tracking_enabled():
            value = wrapper(value)
            value.tracker = own["_tracker"]
            if is_noted and "_tracked" in own:
                own["_tracked"].append(name)
        elif wrapper is not None and is_noted:
            return False
        put(layer, name, value)
        return True

    Layer.__setattr__ = set_attribute


def _remember_signatures() -> None:
    """Have `inspect` remember the signatures of Keras's own functions: each new layer asks for several."""
    original: Callable[..., inspect.Signature] | None = getattr(inspect, "_signature_from_callable", None)
    if original is None:
        return
    make: Callable[..., inspect.Signature] = original
    plain = {"sigcls": inspect.Signature, "globals": None, "locals": None, "eval_str": False}

    @functools.lru_cache(MOST_SIGNATURES)
    def remembered(function: Any, is_bound: bool, follows: bool, skips: bool) -> inspect.Signature:
        obj = MethodType(function, function) if is_bound else function
        return make(obj, sigcls=inspect.Signature, follow_wrapper_chains=follows, skip_bound_arg=skips)

    @functools.wraps(original)
    def signature(
        obj: Any, *, follow_wrapper_chains: bool = True, skip_bound_arg: bool = True, **options: Any
    ) -> inspect.Signature:
        function = obj.__func__ if type(obj) is MethodType else obj
        is_of_keras = type(function) is FunctionType and str(function.__module__).startswith("keras.")
        if is_of_keras and options.items() <= plain.items():
            return remembered(function, function is not obj, follow_wrapper_chains, skip_bound_arg)
        return make(obj, follow_wrapper_chains=follow_wrapper_chains, skip_bound_arg=skip_bound_arg, **options)

    inspect._signature_from_callable = signature  # type: ignore[attr-defined]


def _remember_names() -> None:
    """Have Keras remember how the names of its classes are spelt in names of layers and tensors: each asks for it."""
    from keras.src.utils import naming

    spell = getattr(naming, "to_snake_case", None)
    if spell is not None:
        naming.to_snake_case = functools.lru_cache(MOST_SIGNATURES)(spell)


def _remember_protocols() -> None:
    """Have `typing` remember the members of a protocol, as Python does from 3.12 on: `isinstance` asks each time."""
    members = getattr(typing, "_get_protocol_attrs", None)
    if members is not None:
        typing._get_protocol_attrs = functools.cache(members)  # type: ignore[attr-defined]


def _ask_tensors_directly() -> None:
    """Have TensorFlow ask what may be a tensor by one attribute, and not as `typing` asks for a protocol.

    Each layer that is made or called asks for several objects, most of which are no tensors. What counts as one stays
    the same: what holds, or whose class holds, an `is_tensor_like` that is not None.
    """
    from tensorflow.python.framework import tensor_util

    class ByAttribute(type):
        def __instancecheck__(cls, value: object) -> bool:
            return getattr(value, "is_tensor_like", None) is not None

    class TensorLike(metaclass=ByAttribute):
        pass

    kinds = getattr(tensor_util, "tf_type_classes", ())
    protocol = getattr(tensor_util, "IsTensorLike", None)
    if protocol in kinds:
        tensor_util.tf_type_classes = tuple(TensorLike if kind is protocol else kind for kind in kinds)
