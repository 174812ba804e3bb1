"""The codec carries plain data unchanged, and turns everything else into one kind of error."""

import enum
import json
import math
import struct
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from memory import traced

from autograder.errors import WireError
from autograder.wire import DTYPES, MAGIC, Caps, Opaque, decode, encode

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.none() | st.booleans() | st.integers(-(2**200), 2**200) | st.floats() | TEXT
KEYS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | TEXT | st.just("$")
ARRAYS = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda name: hnp.arrays(DTYPES[name], hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
VALUES = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: st.lists(inner)
    | st.lists(inner).map(tuple)
    | st.dictionaries(KEYS, inner)
    | st.dictionaries(TEXT, inner),
    max_leaves=20,
)
SMALL = Caps(num_bytes=1000, header_bytes=500, depth=5, values=50)


def same(a: object, b: object) -> bool:
    """Whether two values have the same types and contents; NaN is NaN, and no zero is another."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return struct.pack("<d", a) == struct.pack("<d", b) or (math.isnan(a) and math.isnan(b))
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    return a == b


def plain(value: object) -> bool:
    """Whether a value consists of what the codec builds, exact types only, in keys too."""
    if isinstance(value, list | tuple):
        return type(value) in (list, tuple) and all(map(plain, value))
    if isinstance(value, dict):
        return type(value) is dict and all(plain(key) and plain(item) for key, item in value.items())
    if isinstance(value, np.ndarray):
        return type(value) is np.ndarray and value.dtype in DTYPES.values() and value.base is None
    if isinstance(value, str):
        value.encode()
    return value is None or type(value) in (bool, int, float, str, Opaque)


def crossed(value: object) -> object:
    """Return what arrives of a value."""
    return decode(encode(value))


def framed(header: str | bytes, body: bytes = b"") -> bytes:
    """Return a message around a header of any text."""
    text = header.encode() if isinstance(header, str) else header
    return MAGIC + struct.pack("<I", len(text)) + text + body


def message(tree: object, sizes: object = (), body: bytes = b"") -> bytes:
    """Return a message of any tree."""
    return framed(json.dumps({"v": tree, "n": sizes}), body)


def is_decoded_or_refused(data: bytes, caps: Caps = SMALL) -> bool:
    """Whether bytes come to plain data within the caps, or to a WireError."""
    try:
        return plain(decode(data, caps))
    except WireError:
        return True


@given(VALUES)
def test_plain_data_arrives_unchanged(value):
    """Whatever plain data is sent arrives with its exact types."""
    assert same(crossed(value), value)


@given(VALUES, st.integers(0, 60), st.integers(0, 300))
def test_what_can_be_sent_is_accepted(value, values, num_bytes):
    """Both sides draw the line of a cap at the same place."""
    caps = Caps(num_bytes=num_bytes, header_bytes=num_bytes, depth=3, values=values)
    try:
        data = encode(value, caps)
    except WireError:
        return
    assert same(decode(data, caps), value)


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_are_refused(data):
    """No bytes raise anything but WireError."""
    assert all(map(is_decoded_or_refused, (data, MAGIC + data, framed(data), framed(b'{"v":' + data + b',"n":[]}'))))


@given(VALUES, st.data())
def test_a_damaged_message_decodes_or_is_refused(value, data):
    """Bytes that changed, went missing or were added on the way raise nothing but WireError."""
    damaged = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(damaged)))
        damaged[start : start + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    assert is_decoded_or_refused(bytes(damaged))


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["tuple", "dict", "int", "float", "array", "opaque", "nan", "0x1", *DTYPES]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["$", "v", "t", "s", "b", "n"]) | st.text(), inner),
    max_leaves=15,
)
TAGS = st.fixed_dictionaries(
    {"$": st.sampled_from(["tuple", "dict", "int", "float", "array", "opaque"]), "v": TREES},
    optional={"t": st.sampled_from(sorted(DTYPES)), "s": st.lists(st.integers(0, 3)) | TREES, "b": st.integers(-1, 2)},
)


@given(TREES | TAGS | st.lists(TAGS), st.lists(st.integers(-1, 9), max_size=3) | TREES, st.binary(max_size=12))
def test_any_header_decodes_or_is_refused(tree, sizes, body):
    """No tree of tags, however wrong, raises anything but WireError."""
    assert is_decoded_or_refused(message(tree, sizes, body))


def tag(kind: str, value: object) -> dict[str, object]:
    """Return a tag."""
    return {"$": kind, "v": value}


def array(shape: object = (1,), kind: str = "float32", index: object = 0) -> dict[str, object]:
    """Return the tag of an array."""
    return {"$": "array", "t": kind, "s": shape, "b": index}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"\xff" * 100,
        framed('{"v": NaN, "n": []}'),
        framed('{"v": 1e999, "n": []}'),
        framed('{"v": Infinity, "n": []}'),
        framed('{"v": 1, "v": 2, "n": []}'),
        framed('{"v": {"$": "int", "$": "tuple", "v": []}, "n": []}'),
        framed('\ufeff{"v": 1, "n": []}'),
        framed(b'{"v": "\xed\xa0\x80", "n": []}'),
        framed('{"v": ' + "9" * 5000 + ', "n": []}'),
        framed('{"v": 1, "n": []} {"v": 2, "n": []}'),
        message(2**53 + 1),
        message(10**400),
        message("\ud800"),
        message([1], [3], b"12"),
        message(1, [], b"left over"),
        message(1, [4], b"1234"),
        message(1, [True], b"1"),
        message(1, [-1]),
        message(1, None),
        framed(json.dumps({"v": 1, "n": [], "more": 1})),
        framed(json.dumps([1])),
        message([0] * 600_000),
        message(tag("pickle", "gASVCg==")),
        message({"\udfff": 1}),
        framed('{"v": {"a": 1, "a": 2}, "n": []}'),
        message(tag("dict", [])),
        message(tag("dict", [["a", 1]])),
        message({"$": "tuple", "v": [], "more": 1}),
        message({"$": "tuple"}),
        message(tag("tuple", {})),
        message(tag("int", "9" * 50_000)),
        message(tag("int", "0x1")),
        message(tag("int", "0x00" + "f" * 20)),
        message(tag("int", "0x" + "F" * 20)),
        message(tag("int", " 0x" + "f" * 20)),
        message(tag("int", "0x" + "f" * 10 + "_" + "f" * 10)),
        message(tag("int", "0x1" + "0" * 750)),
        message(tag("float", "1.0")),
        message(tag("float", "NaN")),
        message(tag("opaque", "x" * 201)),
        message(tag("opaque", "\udfff")),
        message(tag("opaque", 5)),
        message(tag("dict", [[[1], 2]])),
        message(tag("dict", [[array([]), 2]]), [4], b"1234"),
        message(tag("dict", [[tag("dict", [[1, 2]]), 2]])),
        message(tag("dict", [[tag("tuple", [1, 2]), 2]])),
        message(tag("dict", [[tag("float", "nan"), 2]])),
        message(tag("dict", [[tag("int", hex(2**61 - 1)), 2]])),
        message(tag("dict", [[1, 0], ["a", 1], ["a", 2]])),
        message(tag("dict", [[1, "int"], [True, "bool"]])),
        message(tag("dict", [[1, "int"], [1.0, "float"]])),
        message(tag("dict", [[1]])),
        message(tag("dict", [[1, 1, 2]])),
        message(tag("dict", [1, ["a", 1]])),
        message(tag("dict", {"a": 1})),
        message(array([1 << 40]), [4], b"1234"),
        message(array([-1]), [4], b"1234"),
        message(array([0, 1 << 60]), [0]),
        message(array([0, *[1 << 20] * 5]), [0]),
        message(array([10**300]), [4], b"1234"),
        message(array([True]), [4], b"1234"),
        message(array([1.0]), [4], b"1234"),
        message(array([1] * 17), [4], b"1234"),
        message(array([2]), [4], b"1234"),
        message(array(kind="object"), [8], b"12345678"),
        message(array(kind="<f4"), [4], b"1234"),
        message(array(index=1), [4], b"1234"),
        message(array(index=-1), [4], b"1234"),
        message(array(index=False), [4], b"1234"),
        message([array(), array()], [4], b"1234"),
        message([array(index=1), array(index=0)], [4, 4], b"12345678"),
        message([array()], [4, 4], b"12345678"),
    ],
    ids=str,
)
def test_a_hostile_message_is_refused(data):
    """Lying, huge, ambiguous, unknown and unfinished messages are all WireErrors."""
    with pytest.raises(WireError):
        decode(data)


@pytest.mark.parametrize("opened", ["[", '{"a":', '{"$":"tuple","v":['])
def test_a_deep_message_is_refused(opened):
    """Nesting that no recursion survives is a WireError like any other."""
    with pytest.raises(WireError):
        decode(framed('{"v": ' + opened * 100_000 + ', "n": []}'))


def test_objects_do_not_cross():
    """A subclass, an object array or a function arrives as something that equals nothing."""

    class Number(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

    class Text(str):
        __slots__ = ()

        def __eq__(self, other):
            return True

        __hash__ = str.__hash__

    class Integer(int):
        pass

    class Colour(enum.IntEnum):
        RED = 1

    class Many(list):
        def __iter__(self):
            return iter([1, 2, 3])

    class Table(dict):
        def items(self):
            return [("a", 1)]

    class Pair(tuple):
        __slots__ = ()

    objects = [Number(1.0), Text("a"), Integer(1), Colour.RED, Many(), Table(), Pair(), len, {1, 2}, b"bytes", object]
    for value in [*objects, np.array([object()]), np.datetime64("2026-01-01"), 2**3000]:
        arrived = crossed(value)
        assert type(arrived) is Opaque
        assert arrived != arrived
        assert arrived != value


def test_a_key_equals_only_what_it_should():
    """Keys that are no plain data, that equal not even themselves or whose hash can be chosen meet no lookup."""

    class Text(str):
        __slots__ = ()

        def __eq__(self, other):
            return True

        __hash__ = str.__hash__

    class Anything:
        def __eq__(self, other):
            return True

        def __hash__(self):
            return hash("a")

    for key in (
        Text("a"),
        Anything(),
        math.nan,
        (1, 2),
        (),
        2**53 + 1,
        "\ud800",
        frozenset(),
        np.complex64(1),
        None.__class__,
    ):
        arrived = crossed({key: 1, "b": 2})
        assert [type(each) for each in arrived] == [Opaque, str]
        assert list(arrived.values()) == [1, 2]
        assert "a" not in arrived
        assert key not in arrived


def test_a_number_of_numpy_is_a_key_as_the_number_that_it_is():
    """What `np.unique` gives as keys can be looked up."""
    arrived = crossed({np.int64(3): "a", np.float32(0.5): "b", np.bool_(True): "c", np.str_("x"): "d"})
    assert arrived == {3: "a", 0.5: "b", True: "c", "x": "d"}
    assert [type(key) for key in arrived] == [int, float, bool, str]


def test_thousands_of_keys_with_one_hash_cannot_be_sent():
    """Keys that could be chosen to collide are refused: a dict of them would take minutes to build."""
    modulus = sys.hash_info.modulus
    integers = {n * modulus: 0 for n in range(1, 5)}
    pairs = {tuple(-1 - (n >> bit & 1) for bit in range(3)): 0 for n in range(8)}
    assert len({hash(key) for key in integers}) == 1
    assert len({hash(key) for key in pairs}) == 1
    for value in (integers, pairs):
        assert {type(key) for key in crossed(value)} == {Opaque}
    hostile = [[tag("int", hex(n * modulus)), 0] for n in range(1, 100_000)]
    with pytest.raises(WireError):
        decode(message(tag("dict", hostile)))


def test_an_object_that_cannot_be_looked_at_is_opaque():
    """Whatever an object does when the sender looks at it, the message is made."""

    class Silent(type):
        def __getattribute__(cls, name):
            raise ZeroDivisionError(name)

    class Secretive(metaclass=Silent):
        pass

    class Raising:
        def __array__(self, *args, **kwargs):
            raise RuntimeError

    class Lying:
        __class__ = np.ndarray

        def __array__(self, *args, **kwargs):
            return "no array"

    for kind in (Secretive, Raising, Lying):
        value = kind()
        arrived, as_key = crossed([value, {value: 1}])
        assert type(arrived) is Opaque
        assert [type(key) for key in as_key] == [Opaque]


def test_an_array_subclass_arrives_as_plain_numbers():
    """What a subclass of ndarray overrides stays behind."""

    class Overriding(np.ndarray):
        def __array_function__(self, *args, **kwargs):
            return True

        def __array_finalize__(self, other):
            pass

        @property
        def nbytes(self):
            raise RuntimeError

        def tobytes(self, order="C"):
            return b"other numbers"

    arrived = crossed(np.zeros(3).view(Overriding))
    assert type(arrived) is np.ndarray
    assert not np.allclose(arrived, np.ones(3))


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("name", sorted(DTYPES))
def test_arrays_of_any_layout_arrive_as_the_same_numbers(name, order):
    """Byte order, strides and masks of memory are the sender's own matter."""
    whole = np.arange(12).reshape(3, 4).astype(DTYPES[name].newbyteorder(order))
    for sent in (whole, whole.T, whole[::-1, ::2], np.broadcast_to(whole[0], (2, 4)), whole[0, 1]):
        arrived = crossed(sent)
        assert arrived.dtype == DTYPES[name]
        assert arrived.shape == sent.shape
        assert (arrived == sent).all()
        assert arrived.flags.writeable


def test_a_longlong_is_an_int64():
    """Types of C that are the same to the machine are the same here."""
    assert crossed(np.arange(3, dtype=np.longlong)).dtype == np.int64


def test_text_can_always_be_written():
    """A lone surrogate is replaced, a pair of them is the character that it stands for; nobody can send another."""
    assert crossed(["\ud800", "a\udfffb", "\ud83d\ude00", np.str_("word")]) == ["�", "a�b", "😀", "word"]
    assert type(crossed(np.str_("word"))) is str
    assert crossed("\x00\u2028\U0010ffff") == "\x00\u2028\U0010ffff"


def test_a_type_with_an_ill_formed_name_can_be_told():
    """The name of a type is text as any other."""
    arrived = crossed(type("Odd", (), {"__module__": "\ud800" * 300})())
    assert len(arrived.kind) == 200
    arrived.kind.encode()


def test_what_is_not_plain_can_be_an_error():
    """Who asks may want to hear that a question cannot be sent as it is, rather than send something else."""
    for value in ({1, 2}, [b"bytes"], {(1, 2): 3}, {"a": np.array(["b"])}, len):
        with pytest.raises(WireError, match=r"cannot be sent.*arrays of numbers can"):
            encode(value, only_plain=True)
    value = {"a": [1, (2.0, None)], 3: np.eye(2)}
    assert same(decode(encode(value, only_plain=True)), value)


def test_what_is_too_large_is_refused_by_both_sides():
    """Neither side handles more bytes, levels or values than the caps say."""
    nested: list[object] = []
    for _ in range(10):
        nested = [nested]
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(WireError):
        encode(endless)
    for value in (np.zeros(1000), nested, list(range(100)), "x" * 600, [np.zeros(70)] * 2):
        with pytest.raises(WireError):
            encode(value, SMALL)
        with pytest.raises(WireError):
            decode(encode(value), SMALL)


def test_an_array_is_not_made_whole_to_find_that_it_is_too_large():
    """A view that is larger than memory is refused by its size."""
    with traced() as peak, pytest.raises(WireError):
        encode(np.broadcast_to(np.float64(1), (1 << 20, 1 << 20)))
    assert peak() < 1 << 20


@pytest.mark.parametrize("piece", ["[]", "{}", "[[]]", '{"":[]}', "[0]", "0"])
def test_parsing_a_header_takes_no_more_memory_than_its_values_may(piece):
    """Two bytes of JSON can become a hundred of Python's: they are counted before they are parsed."""
    caps = Caps(values=10_000)
    data = framed('{"v":[' + ",".join([piece] * ((4 << 20) // (len(piece) + 1))) + '],"n":[]}')
    with traced() as peak, pytest.raises(WireError):
        decode(data, caps)
    assert peak() < 5 * len(data)


@settings(deadline=None)
@given(st.text(st.sampled_from('",[{\\\n\x00é😀'), min_size=200, max_size=400))
def test_marks_within_strings_are_no_values(text):
    """A string may hold as many commas, brackets, quotes and backslashes as it likes."""
    assert decode(encode([text], Caps(values=5)), Caps(values=5)) == [text]


def test_arrays_take_no_more_bytes_than_they_came_in():
    """What is decoded is a copy for itself: it keeps nothing of the message alive, and shares nothing."""
    data = encode([np.zeros(1000, "u1"), np.zeros(1000, "u1")])
    first, second = decode(data)
    first[:] = 1
    assert not second.any()
    assert first.base is None


def test_more_axes_than_anybody_needs_are_opaque():
    """A shape that this side takes and the other does not would be refused as a forgery."""
    assert type(crossed(np.zeros((1,) * 17))) is Opaque
    assert crossed(np.zeros((1,) * 16)).shape == (1,) * 16
    with pytest.raises(WireError):
        encode(np.zeros((0, 1 << 40)))
