"""Every layer on the allow-list crosses, with Keras's own config; what is refused says why."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from tracing import distance, random_inputs, run, traced

from autograder.errors import ModelRefused
from autograder.models import catalogue
from autograder.models.build import build
from autograder.models.configs import checked_config

IMAGES, SEQUENCE, VOLUMES = (8, 8, 3), (6, 4), (4, 4, 4, 2)
CELL = {"units": 3}

SAMPLES: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "Activation": (SEQUENCE, {"activation": "relu"}),
    "AdaptiveAveragePooling1D": (SEQUENCE, {"output_size": 2}),
    "AdaptiveAveragePooling2D": (IMAGES, {"output_size": (2, 3)}),
    "AdaptiveAveragePooling3D": (VOLUMES, {"output_size": 2}),
    "AdaptiveMaxPooling1D": (SEQUENCE, {"output_size": 2}),
    "AdaptiveMaxPooling2D": (IMAGES, {"output_size": (2, 3)}),
    "AdaptiveMaxPooling3D": (VOLUMES, {"output_size": 2}),
    "AlphaDropout": (SEQUENCE, {"rate": 0.1}),
    "AveragePooling1D": (SEQUENCE, {"pool_size": 2}),
    "AveragePooling2D": (IMAGES, {"pool_size": 3, "strides": 2, "padding": "same"}),
    "AveragePooling3D": (VOLUMES, {"pool_size": 2}),
    "Bidirectional": (SEQUENCE, {"layer": layers.LSTM(2), "merge_mode": "ave"}),
    "CategoryEncoding": ((5,), {"num_tokens": 9}),
    "CenterCrop": (IMAGES, {"height": 4, "width": 5}),
    "Conv1D": (SEQUENCE, {"filters": 2, "kernel_size": 3, "padding": "causal"}),
    "Conv1DTranspose": (SEQUENCE, {"filters": 2, "kernel_size": 3, "strides": 2}),
    "Conv2D": (IMAGES, {"filters": 2, "kernel_size": (3, 2), "kernel_regularizer": "l1", "dilation_rate": 2}),
    "Conv2DTranspose": (IMAGES, {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": 1}),
    "Conv3D": (VOLUMES, {"filters": 2, "kernel_size": 2, "bias_constraint": "non_neg"}),
    "Conv3DTranspose": (VOLUMES, {"filters": 2, "kernel_size": 2}),
    "ConvLSTM1D": ((3, 6, 2), {"filters": 2, "kernel_size": 3}),
    "ConvLSTM2D": ((3, 6, 6, 2), {"filters": 2, "kernel_size": 3, "return_sequences": True}),
    "ConvLSTM3D": ((2, 4, 4, 4, 1), {"filters": 1, "kernel_size": 2}),
    "Cropping3D": (VOLUMES, {"cropping": 1}),
    "Dense": (SEQUENCE, {"units": 3, "kernel_initializer": keras.initializers.Orthogonal(0.5)}),
    "DepthwiseConv1D": (SEQUENCE, {"kernel_size": 3, "depth_multiplier": 2}),
    "DepthwiseConv2D": (IMAGES, {"kernel_size": 3}),
    "Discretization": (SEQUENCE, {"bin_boundaries": [-1.0, 0.0, 1.5]}),
    "Dropout": (SEQUENCE, {"rate": 0.1, "noise_shape": (None, 1, 4)}),
    "ELU": (SEQUENCE, {"alpha": 0.5}),
    "EinsumDense": (SEQUENCE, {"equation": "abc,cd->abd", "output_shape": (None, 3), "bias_axes": "d"}),
    "Embedding": ((5,), {"input_dim": 9, "output_dim": 3, "mask_zero": True}),
    "GRU": (SEQUENCE, {"units": 3, "dropout": 0.1}),
    "GaussianDropout": (SEQUENCE, {"rate": 0.1}),
    "GaussianNoise": (SEQUENCE, {"stddev": 0.1}),
    "GlobalAveragePooling1D": (SEQUENCE, {}),
    "GlobalAveragePooling3D": (VOLUMES, {"keepdims": True}),
    "GlobalMaxPooling1D": (SEQUENCE, {}),
    "GlobalMaxPooling3D": (VOLUMES, {}),
    "GroupNormalization": (IMAGES, {"groups": -1}),
    "LSTM": (SEQUENCE, {"units": 3, "unroll": True, "recurrent_dropout": 0.1}),
    "LeakyReLU": (SEQUENCE, {"negative_slope": 0.2}),
    "Masking": (SEQUENCE, {"mask_value": 0.5}),
    "MaxPooling1D": (SEQUENCE, {}),
    "MaxPooling3D": (VOLUMES, {}),
    "MelSpectrogram": ((512,), {"fft_length": 64, "num_mel_bins": 8, "sequence_stride": 32}),
    "Normalization": (IMAGES, {"mean": [1.0, 2.0, 3.0], "variance": [2.0, 1.0, 0.5]}),
    "PReLU": (IMAGES, {"shared_axes": [1, 2]}),
    "Permute": (IMAGES, {"dims": (3, 1, 2)}),
    "RNN": (SEQUENCE, {"cell": [layers.GRUCell(3), layers.SimpleRNNCell(2)]}),
    "RandomBrightness": (IMAGES, {"factor": 0.1}),
    "RandomColorDegeneration": (IMAGES, {"factor": 0.1}),
    "RandomContrast": (IMAGES, {"factor": 0.1}),
    "RandomCrop": (IMAGES, {"height": 4, "width": 4}),
    "RandomHue": (IMAGES, {"factor": 0.1}),
    "RandomPosterization": (IMAGES, {"factor": 4}),
    "RandomRotation": (IMAGES, {"factor": 0.1}),
    "RandomSaturation": (IMAGES, {"factor": 0.1}),
    "RandomSharpness": (IMAGES, {"factor": 0.1}),
    "RandomTranslation": (IMAGES, {"height_factor": 0.1, "width_factor": (-0.1, 0.2)}),
    "RandomZoom": (IMAGES, {"height_factor": 0.1}),
    "ReLU": (SEQUENCE, {"max_value": 6.0}),
    "RepeatVector": ((4,), {"n": 3}),
    "Rescaling": (IMAGES, {"scale": [0.5, 1.0, 2.0], "offset": -1.0}),
    "Reshape": (IMAGES, {"target_shape": (-1, 3)}),
    "Resizing": (IMAGES, {"height": 4, "width": 5, "interpolation": "nearest"}),
    "ReversibleEmbedding": ((5,), {"input_dim": 9, "output_dim": 3}),
    "STFTSpectrogram": ((64, 1), {"frame_length": 16, "fft_length": 16}),
    "SeparableConv1D": (SEQUENCE, {"filters": 2, "kernel_size": 3}),
    "SeparableConv2D": (IMAGES, {"filters": 2, "kernel_size": 3, "activation": "relu"}),
    "SimpleRNN": (SEQUENCE, {"units": 3, "go_backwards": True}),
    "SpatialDropout1D": (SEQUENCE, {"rate": 0.1}),
    "SpatialDropout2D": (IMAGES, {"rate": 0.1}),
    "SpatialDropout3D": (VOLUMES, {"rate": 0.1}),
    "SpectralNormalization": (IMAGES, {"layer": layers.Conv2D(2, 3)}),
    "TimeDistributed": (SEQUENCE, {"layer": layers.Dense(3)}),
    "UpSampling1D": (SEQUENCE, {"size": 3}),
    "UpSampling2D": (IMAGES, {"interpolation": "bilinear"}),
    "UpSampling3D": (VOLUMES, {}),
    "ZeroPadding1D": (SEQUENCE, {"padding": (1, 2)}),
    "ZeroPadding3D": (VOLUMES, {}),
    "Cropping1D": (SEQUENCE, {}),
}
"""Kind -> shape of the input and arguments, where images and the defaults will not do."""

ATTENTION: dict[str, dict[str, Any]] = {
    "AdditiveAttention": {},
    "Attention": {"use_scale": True, "score_mode": "concat"},
    "GroupQueryAttention": {"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 2},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 3, "value_dim": 2, "output_shape": 5},
}
MERGING = ("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract")
CELLS: dict[str, Any] = {
    "GRUCell": lambda: layers.GRUCell(3),
    "LSTMCell": lambda: layers.LSTMCell(3),
    "SimpleRNNCell": lambda: layers.SimpleRNNCell(3),
    "StackedRNNCells": lambda: layers.StackedRNNCells([layers.LSTMCell(3), layers.GRUCell(2)]),
}
NEEDS_INTEGERS = ("CategoryEncoding", "Embedding", "ReversibleEmbedding")


def model_with(kind: str) -> keras.Model:
    """Return a model around one layer."""
    if kind in CELLS:
        return keras.Sequential([keras.Input(SEQUENCE), layers.RNN(CELLS[kind]())])
    if kind in ATTENTION:
        query, value = keras.Input(SEQUENCE), keras.Input((5, 4))
        layer = getattr(layers, kind)(**ATTENTION[kind])
        outputs = layer([query, value]) if kind.endswith("eAttention") or kind == "Attention" else layer(query, value)
        return keras.Model([query, value], outputs)
    if kind in MERGING:
        one, other = keras.Input(SEQUENCE), keras.Input(SEQUENCE)
        return keras.Model([one, other], getattr(layers, kind)(**({"axes": 2} if kind == "Dot" else {}))([one, other]))
    shape, arguments = SAMPLES.get(kind, (IMAGES, {}))
    inputs = keras.Input(shape, dtype="int32" if kind in NEEDS_INTEGERS else "float32")
    return keras.Model(inputs, getattr(layers, kind)(**arguments)(inputs))


@pytest.mark.parametrize("kind", sorted(catalogue.LAYERS))
def test_every_layer_crosses(kind: str) -> None:
    """What `get_config` says passes the checks, makes the same layer, and predicts the same."""
    keras.utils.set_random_seed(0)
    model = model_with(kind)
    graph = traced(model)
    assert not graph.opaque_nodes
    nested = {"GRUCell": "RNN", "LSTMCell": "RNN", "SimpleRNNCell": "RNN", "StackedRNNCells": "RNN"}
    assert graph.layers[-1].kind == nested.get(kind, kind)
    rebuilt = build(graph)
    assert traced(rebuilt).key == graph.key
    inputs = random_inputs(graph)
    assert distance(run(rebuilt, inputs, False), run(model, inputs, False)) <= 1e-5


@pytest.mark.parametrize("kind", sorted(set(catalogue.REFUSED) - {"InputSpec", "Layer", "Wrapper"}))
def test_every_refusal_gives_its_reason(kind: str) -> None:
    """In a graph that is forged; in a student's model such a layer is opaque."""
    with pytest.raises(ModelRefused) as caught:
        checked_config(kind, {})
    assert catalogue.REFUSED[kind] in caught.value.message


def test_a_refused_layer_in_a_model() -> None:
    """It is one opaque node, which says why; what is around it stays visible."""
    hashing = layers.Hashing(5)
    model = keras.Sequential([keras.Input((3,), dtype="int32"), hashing, layers.Embedding(5, 2), layers.Flatten()])
    (node,) = traced(model).opaque_nodes
    assert "it looks words up, or hashes them" in node.reason
    assert [layer.kind for layer in traced(model).layers] == ["Embedding", "Flatten"]


def test_a_pipeline_is_opened() -> None:
    """Keras's container of preprocessing layers is what is in it."""
    pipeline = layers.Pipeline([layers.RandomFlip(), layers.Rescaling(0.5)])
    graph = traced(keras.Sequential([keras.Input(IMAGES), pipeline]))
    assert [layer.kind for layer in graph.layers] == ["RandomFlip", "Rescaling"]


def test_statistics_of_a_discretisation_are_kept() -> None:
    """What `adapt` found is part of its config."""
    layer = layers.Discretization(num_bins=3)
    numbers = np.random.default_rng(0).normal(size=(100, 1)).astype("float32")
    layer.adapt(numbers)
    model = keras.Sequential([keras.Input((1,)), layer])
    assert np.array_equal(build(traced(model, weights=False), seed=1)(numbers), model(numbers))
