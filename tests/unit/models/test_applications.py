"""The models of `keras.applications` cross as data, bit for bit."""

from __future__ import annotations

import keras
import pytest
from tracing import distance, random_inputs, run, traced

from autograder.models.build import build

pytestmark = pytest.mark.slow
SIZES = {"Xception": 71, "InceptionV3": 75, "InceptionResNetV2": 75}
NAMES = (
    "ConvNeXtTiny DenseNet121 EfficientNetB0 EfficientNetV2B0 InceptionResNetV2 InceptionV3 MobileNetV2 "
    "MobileNetV3Small NASNetMobile ResNet50 ResNet50V2 VGG16 Xception"
)


@pytest.mark.parametrize("name", NAMES.split())
@pytest.mark.filterwarnings("ignore::UserWarning")  # some say that small images need another layer size
def test_an_application_crosses(name: str) -> None:
    """Every layer of it is known, and the rebuilt model predicts the same."""
    keras.utils.set_random_seed(0)
    size = SIZES.get(name, 32)
    make = getattr(keras.applications, name)
    model = make(weights=None, input_shape=(size, size, 3), include_top=False, pooling="avg")
    graph = traced(model)
    assert not graph.opaque_nodes
    assert graph.remarks == ()
    rebuilt = build(graph)
    shapes = [[tuple(weight.shape) for weight in each.trainable_weights] for each in (rebuilt, model)]
    assert sorted(shapes[0]) == sorted(shapes[1])
    inputs = random_inputs(graph)
    assert distance(run(rebuilt, inputs, False), run(model, inputs, False)) <= 1e-5
