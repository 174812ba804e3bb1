"""The checks of `convnets` as far as a cell of a notebook can make them: for nbgrader and otter.

Each is ordinary Python that sees the notebook's names, as an instructor would write it in a test cell: shapes, layers
and values, of what the cells define. What takes another process has no counterpart: models rebuilt from a description,
a shortcut found in the graph, time and memory limited for each check.
"""

from __future__ import annotations

import ast

CHECKS = {
    "dense_parameters": """
assert dense_parameters == 1_707_274, "count weights and biases of all three layers"
""",
    "conv_output_shape": """
for input_shape, filters, size, stride in (((12, 9, 3), 4, 3, 1), ((11, 15, 1), 2, 3, 2), ((40, 23, 8), 16, 5, 3)):
    height, width = ((length - size) // stride + 1 for length in input_shape[:2])
    found = conv_output_shape(input_shape, filters, size, stride)
    assert tuple(found) == (height, width, filters), f"another shape than {found} was asked for"
""",
    "max_pool_by_hand": """
assert np.array_equal(pooled, matrix.reshape(3, 2, 3, 2).max(axis=(1, 3))), "these are other numbers"
assert tuple(pooled_shape) == (3, 3), "this is another shape"
""",
    "split_dataset": """
many_images = np.random.default_rng(3).integers(0, 256, (29, 3, 5, 3), dtype="uint8")
many_labels = np.arange(29)[:, np.newaxis]
(left_images, left_labels), (right_images, right_labels) = split_dataset(many_images, many_labels, 8)
assert np.array_equal(left_images, many_images[:21]) and np.array_equal(right_images, many_images[21:])
assert np.array_equal(left_labels, np.arange(21)) and np.array_equal(right_labels, np.arange(21, 29))
""",
    "convolutional_part": """
model_part = convolutional_part()
convolutions = [layer for layer in model_part.layers if isinstance(layer, layers.Conv2D)]
assert [layer.filters for layer in convolutions] == [48, 128, 192, 192, 128], "other filters were asked for"
assert all(layer.kernel_size == (3, 3) and layer.padding == "same" for layer in convolutions)
poolings = [layer for layer in model_part.layers if isinstance(layer, layers.MaxPooling2D)]
assert [tuple(layer.pool_size) for layer in poolings] == [(3, 3)] * 3, "three poolings of 3x3 were asked for"
assert shape_of(model_part) == (None, 1, 1, 128), "the maps have another size"
assert model_part.count_params() == 831_424, "another number of parameters was asked for"
""",
    "classifier": """
whole = classifier()
assert shape_of(whole) == (None, 10), "ten scores were asked for"
dense = [layer for layer in whole.layers if isinstance(layer, layers.Dense)]
assert [layer.units for layer in dense] == [1024, 1024, 10], "other dense layers were asked for"
dropouts = [layer for layer in whole.layers if isinstance(layer, layers.Dropout)]
assert len(dropouts) == 1 and dropouts[0].rate == 0.5, "one dropout of one half was asked for"
scores = np.asarray(whole(np.random.default_rng(0).random((4, 32, 32, 3), dtype="float32")))
assert np.all(scores >= 0) and np.allclose(scores.sum(axis=1), 1, atol=1e-4), "these are no probabilities"
""",
    "train_classifier": """
small = keras.Sequential([keras.Input((4, 4, 3)), layers.Flatten(), layers.Dense(10, activation="softmax")])
before = [weight.numpy().copy() for weight in small.weights]
pixels, classes = np.random.default_rng(1).random((22, 4, 4, 3), dtype="float32"), np.arange(22) % 10
record = train(small, pixels, classes, (pixels[:6], classes[:6]), epochs=2, batch_size=4)
assert {"loss", "val_loss"} <= set(record.history) and len(record.history["loss"]) == 2
assert any("acc" in name for name in record.history), "accuracy is missing"
assert not all(np.array_equal(a, b.numpy()) for a, b in zip(before, small.weights)), "the model was not trained"
assert isinstance(small.optimizer, keras.optimizers.Adam), "Adam was asked for"
""",
    "test_performance": """
small = keras.Sequential([keras.Input((4, 4, 3)), layers.Flatten(), layers.Dense(10, activation="softmax")])
small.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
pixels, classes = np.random.default_rng(2).random((20, 4, 4, 3), dtype="float32"), np.arange(20) % 10
found, expected = evaluate(small, pixels, classes), small.evaluate(pixels, classes, return_dict=True, verbose=0)
assert set(found) == {"loss", "accuracy"} and np.isclose(found["loss"], expected["loss"], rtol=1e-3)
assert np.isclose(found["accuracy"], expected["accuracy"], atol=1e-6), "another accuracy was measured"
""",
    "classify": """
small = keras.Sequential([keras.Input((4, 4, 3)), layers.Flatten(), layers.Dense(7, activation="softmax")])
pixels = np.random.default_rng(4).random((9, 4, 4, 3), dtype="float32")
expected = np.asarray(small(pixels))
labels, sureness = classify(small, pixels)
assert np.array_equal(np.ravel(labels), expected.argmax(axis=1)), "these are other classes"
assert np.allclose(np.ravel(sureness), expected.max(axis=1), atol=1e-4), "these are other probabilities"
""",
    "confidence_losses": """
expected = -np.log(predictions[np.arange(4), true_classes])
assert np.allclose(np.ravel(confidence_losses), expected, atol=0.01), "these are other numbers"
""",
    "receptive_field": """
for stack, expected in (([(3, 1)], 3), ([(5, 2), (3, 2), (3, 1)], 17), ([(3, 1), (2, 2), (3, 1), (2, 2)], 10)):
    found = receptive_field(stack)
    assert found == expected, f"{stack} sees another number of pixels than {found}"
""",
    "fully_convolutional_model": """
without = fully_convolutional_model()
assert shape_of(without) == (None, 10), "ten scores were asked for"
forbidden = [layer for layer in without.layers if isinstance(layer, (layers.Dense, layers.MaxPooling2D))]
assert not forbidden, "no dense layers and no pooling were asked for"
assert without.count_params() <= 3_000_000, "the model is too large"
scores = np.asarray(without(np.random.default_rng(0).random((4, 32, 32, 3), dtype="float32")))
assert np.all(scores >= 0) and np.allclose(scores.sum(axis=1), 1, atol=1e-4), "these are no probabilities"
""",
    "batchnorm_model": """
normalised = batchnorm_model()
assert shape_of(normalised) == (None, 10), "ten scores were asked for"
kinds = [type(layer).__name__ for layer in normalised.layers]
places = [place for place, kind in enumerate(kinds) if kind == "Conv2D"]
assert len(places) >= 3, "three convolutions or more were asked for"
assert all(kinds[place + 1] == "BatchNormalization" for place in places), "normalisation follows every convolution"
assert all(layer.trainable for layer in normalised.layers), "a layer is not trainable"
images = np.random.default_rng(0).random((4, 32, 32, 3), dtype="float32")
assert not np.allclose(normalised(images, training=True), normalised(images, training=False), atol=1e-6)
assert normalised.count_params() <= 3_000_000, "the model is too large"
""",
    "residual_block": """
for filters, strides, shape in ((4, 1, (9, 6, 4)), (7, 1, (6, 9, 4)), (4, 2, (8, 6, 4)), (6, 2, (9, 6, 3))):
    inputs = keras.Input(shape)
    whole = keras.Model(inputs, residual_block(filters, strides)(inputs))
    expected = (None, *(-(-length // strides) for length in shape[:2]), filters)
    assert tuple(whole.output_shape) == expected, f"{shape} became {whole.output_shape}"
    kinds = [type(layer).__name__ for layer in whole.layers]
    assert kinds.count("BatchNormalization") >= 2 and kinds.count("Conv2D") >= 2, "the branch lacks layers"
    assert "Add" in kinds, "the input is not added back"
    for weight in whole.trainable_weights:
        _ = weight.assign(weight * 0)
    assert np.all(np.asarray(whole(np.ones((2, *shape), "float32"))) >= 0), "relu comes last"
""",
    "residual_model": """
residual = residual_model()
assert shape_of(residual) == (None, 10), "ten scores were asked for"
sums = [layer for layer in residual.layers if type(layer).__name__ == "Add"]
assert len(sums) >= 3, "three blocks or more were asked for"
assert residual.count_params() <= 2_000_000, "the model is too large"
scores = np.asarray(residual(np.random.default_rng(0).random((4, 32, 32, 3), dtype="float32")))
assert np.all(scores >= 0) and np.allclose(scores.sum(axis=1), 1, atol=1e-4), "these are no probabilities"
""",
    "filters_figure": """
drawn_from = keras.Sequential([
    keras.Input((16, 16, 3)), layers.AveragePooling2D(2), layers.Conv2D(14, 3), layers.Conv2D(4, 3)
])
drawn = filters_figure(drawn_from)
with_picture = [axes for axes in drawn.axes if axes.images]
assert len(with_picture) == 14, f"{len(with_picture)} pictures, 14 filters"
assert all(np.shape(axes.images[0].get_array())[:2] == (3, 3) for axes in with_picture), "kernels are 3x3"
""",
}
"""By question: what stands in its test cell beside the lines that students see."""


def doctest(source: str) -> str:
    """Return a check as otter's tests take it: as the lines of an interactive session that print nothing."""
    lines = source.strip("\n").splitlines()
    prompts = []
    for node in ast.parse(source.strip("\n")).body:
        first, *others = lines[node.lineno - 1 : node.end_lineno]
        prompts += [f">>> {first}", *(f"... {line}" for line in others)]
        if not isinstance(node, ast.Assign | ast.Expr | ast.Assert):
            prompts.append("...")
    return "\n".join(prompts) + "\n"
