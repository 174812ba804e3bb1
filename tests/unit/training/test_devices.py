"""What trains is what was asked for, or nothing: no device is ever replaced by another one."""

import contextlib
from pathlib import Path

import pytest

from autograder.errors import InfrastructureError, OutOfMemory, UsageError
from autograder.models.graph import sequential
from autograder.records import GradeId
from autograder.sandbox.client import ForkServer
from autograder.sandbox.spec import clean_environment
from autograder.secret import CourseSecret
from autograder.settings import Device, Recipe, parse_settings
from autograder.training import devices
from autograder.training.devices import Place, Setup, TrainingOptions, find
from autograder.training.recipes import as_data, deciding
from autograder.training.service import TrainingService

GRAPH = sequential((32, 32, 3), ("Flatten", {}), ("Dense", {"units": 10}))
QUESTION = GradeId("model")


def recipe(**changes):
    """Return a recipe that takes a moment."""
    return Recipe(**{"dataset": "shapes", "num_train": 10, "num_test": 50, "epochs": 1, "batch_size": 10, **changes})


def found(device=Device.AUTO, *, wants=Device.AUTO, gpus=0, environment=None, **options):
    """Return what trains on a machine with so many GPUs."""
    return find(
        "big",
        recipe(device=wants),
        TrainingOptions(device=device, **options),
        environment=environment or {},
        look=lambda backend: (gpus, 24_000 if gpus else 0),
    )


# What is asked for ----------------------------------------------------------------------------------------------------


def test_auto_takes_what_there_is():
    """A GPU where one is seen, one training on each card; else the CPU."""
    assert found() == Setup()
    assert found(gpus=2) == Setup(device="gpu", cards=2, card_mib=24_000, slots=2)


@pytest.mark.parametrize(
    ("wants", "device"), [(Device.CPU, Device.AUTO), (Device.AUTO, Device.CPU), (Device.CPU, Device.CPU)]
)
def test_a_cpu_is_asked_for(wants, device):
    """Then no GPU is looked for, and none is used."""
    assert found(device, wants=wants, gpus=1).device == "cpu"


def test_a_recipe_that_requires_a_gpu_is_refused_where_there_is_none():
    """The sentence names the recipe, and what to do."""
    with pytest.raises(UsageError, match=r"recipe 'big' requires a GPU, and tensorflow sees none here: .* --recipe"):
        found(wants=Device.GPU)
    with pytest.raises(UsageError, match="a GPU was asked for, and jax sees none here"):
        found(Device.GPU, environment={"KERAS_BACKEND": "jax"})
    assert found(wants=Device.GPU, gpus=1).device == "gpu"


def test_recipe_and_operator_have_to_agree():
    """A floor that holds for one device is not held against another."""
    with pytest.raises(UsageError, match="requires device = 'gpu', and --device cpu was asked for"):
        found(Device.CPU, wants=Device.GPU, gpus=1)


def test_a_recipe_says_how_many_share_a_card():
    """As many trainings as fit run on each card, unless the operator says another number; no result depends on it."""
    quarter = recipe(gpu_share=0.25)
    setup = find("big", quarter, TrainingOptions(), environment={}, look=lambda backend: (2, 0))
    assert (setup.cards, setup.slots, setup.share) == (2, 8, 0.25)
    there = setup.on_card(3, 24_000)
    assert [(each.card, each.slot, each.share, each.card_mib) for each in there.places()] == [
        (3, slot, 0.25, 24_000) for slot in range(4)
    ]
    assert find("big", quarter, TrainingOptions(slots=2), environment={}, look=lambda backend: (2, 0)).share == 1
    assert as_data(deciding(quarter)) == as_data(deciding(recipe()))


def test_gpus_share_slots():
    """The operator says how many trainings run on GPUs at a time; more than a card can take are refused."""
    assert found(gpus=1, slots=4).slots == 4
    assert found(gpus=4, slots=2).cards == 2
    with pytest.raises(UsageError, match="at most 16 trainings can share a card, and there are 1"):
        found(gpus=1, slots=17)
    with pytest.raises(UsageError, match="--gpus says how trainings share GPUs, and none is used here"):
        found(slots=2)


def test_the_library_is_keras_s_own_choice():
    """KERAS_BACKEND is believed where it names something that trains and is installed."""
    assert found(environment={"KERAS_BACKEND": "jax"}).backend == "jax"
    with pytest.raises(UsageError, match="KERAS_BACKEND=openvino cannot train: it can be tensorflow, jax, torch"):
        found(environment={"KERAS_BACKEND": "openvino"})


def test_a_library_that_is_missing_says_what_to_install(monkeypatch):
    """The sentence has the command."""
    monkeypatch.setitem(devices.BACKENDS, "no_such_library", "autograder[that]")
    with pytest.raises(UsageError, match=r"not installed: `pip install 'autograder\[that\]'`"):
        found(environment={"KERAS_BACKEND": "no_such_library"})


def test_no_library_is_asked_where_there_is_no_driver(monkeypatch, tmp_path):
    """Looking costs nothing on a machine without a device file of a GPU."""
    monkeypatch.setattr(devices, "_DEVICE_FILES", (str(tmp_path / "none"),))
    monkeypatch.setattr(devices, "_LOOK", "print(1)")
    assert devices.look_for_gpus("tensorflow") == (0, 0)


@pytest.mark.parametrize(
    ("code", "expected"), [("print('noise'); print(3)", 3), ("raise SystemExit(1)", 0), ("pass", 0)]
)
def test_what_a_library_says_is_counted(monkeypatch, code, expected):
    """The process that looks tells a number; where it fails there is no GPU."""
    monkeypatch.setattr(devices, "_DEVICE_FILES", ("/dev/null",))
    monkeypatch.setattr(devices, "_LOOK", code)
    assert devices.look_for_gpus("tensorflow")[0] == expected


def test_assignment_toml_says_both():
    """`device` and `seed` stand in a recipe; a misspelt device is an error."""
    text = (
        "title = 'T'\n[recipes.r]\ndataset = 'shapes'\nnum_train = 1\nnum_test = 1\nepochs = 1\nbatch_size = 1\n"
        "device = 'gpu'\nseed = 7\n"
    )
    read = parse_settings(text).recipes["r"]
    assert (read.device, read.seed) == (Device.GPU, 7)
    with pytest.raises(ValueError, match="tpu"):
        parse_settings(text.replace("gpu", "tpu"))


# What is done with it -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server():
    """A fork server whose children stand in for trainings."""
    environment = clean_environment(PYTHONPATH=str(Path(__file__).parents[2]))
    with ForkServer("training_server", environment) as server:
        yield server


@pytest.fixture
def service(server, tmp_path):
    """Make a service on a machine with a GPU, and list where it trains."""
    places = []

    @contextlib.contextmanager
    def open_trainer(place: Place):
        places.append(place)
        with server.control.fork({"share": place.share, "device": place.device}) as child:
            yield child

    def make(setup):
        made = TrainingService(
            secret=CourseSecret("s"),
            cache_folder=tmp_path / "cache",
            open_trainer=open_trainer,
            setup=setup,
            slots_folder=tmp_path / "slots",
        )
        return made, places

    return make


def train(service, need_mib, **changes):
    """Train what needs so much memory."""
    asked = recipe(batch_size=need_mib, **changes)
    return service.train(GRAPH, question=QUESTION, recipe_name="tiny", recipe=asked)


def test_what_fits_trains_in_its_slot(service):
    """With two slots on a card, each training has half of its memory."""
    made, places = service(Setup(device="gpu", cards=1, slots=2))
    assert train(made, 50).device == "gpu"
    assert [place.share for place in places] == [0.5]


def test_out_of_memory_is_tried_once_more_alone(service):
    """What does not fit into a share of the card gets all of it."""
    made, places = service(Setup(device="gpu", cards=1, slots=4))
    assert len(train(made, 300).attempts[0].loss) == 1
    assert [place.share for place in places] == [0.25, 1.0]


def test_what_does_not_fit_alone_either_is_for_a_person(service):
    """It is tried twice, not for ever, and is no fault of the student's."""
    made, places = service(Setup(device="gpu", cards=1, slots=2))
    with pytest.raises(OutOfMemory, match="memory was used up while a model was trained: MemoryError"):
        train(made, 2000)
    assert [place.share for place in places] == [0.5, 1.0]


def test_another_device_than_was_chosen_is_not_accepted(server, tmp_path):
    """A library that falls back to the CPU does not train for a GPU's record."""

    @contextlib.contextmanager
    def falls_back(place):
        with server.control.fork({"share": 1.0, "device": "cpu"}) as child:
            yield child

    made = TrainingService(
        secret=CourseSecret("s"),
        cache_folder=tmp_path,
        open_trainer=falls_back,
        setup=Setup(device="gpu", cards=1),
        slots_folder=tmp_path / "slots",
    )
    with pytest.raises(InfrastructureError, match="was to run on a gpu, and tensorflow used a cpu"):
        train(made, 1)


def test_each_device_and_seed_has_its_own_trainings(service):
    """What one device or seed gave is no answer for another."""
    seen = set()
    for setup in (Setup(device="gpu", cards=1), Setup(), Setup(seed=1), Setup(seed=2), Setup(seed=1)):
        made, places = service(setup)
        record = train(made, 1)
        seen.add((record.device, record.attempts[0].seed))
    assert len(seen) == len(places) == 4
