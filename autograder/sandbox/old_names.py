"""Names that tutorials still teach and today's libraries no longer have, and what to write in their place.

Keras is written as `keras` throughout: what is said of `keras.utils.np_utils` holds for
`tensorflow.keras.utils.np_utils`.
The right-hand side ends the sentence "write ..." and is code where it stands between backticks.

Sources: the release notes of Keras 2.0 to 3.0, TensorFlow's guide for migrating to TensorFlow 2, and NumPy's migration
guides for 1.20 and 2.0.
"""

from __future__ import annotations

_LAYERS = "`keras.layers`, as in `from keras.layers import Dense`"

MODULES = {
    **{
        f"keras.layers.{name}": _LAYERS
        for name in (
            "advanced_activations",
            "convolutional",
            "core",
            "embeddings",
            "experimental",
            "local",
            "merge",
            "merging",
            "noise",
            "normalization",
            "pooling",
            "preprocessing",
            "recurrent",
            "regularization",
            "reshaping",
            "wrappers",
        )
    },
    "keras.utils.np_utils": "`keras.utils`, as in `keras.utils.to_categorical(labels, 10)`",
    "keras.utils.vis_utils": "`keras.utils`, as in `keras.utils.plot_model(model)`",
    "keras.utils.generic_utils": "`keras.utils`",
    "keras.utils.layer_utils": "`keras.utils`",
    "keras.utils.data_utils": "`keras.utils`, as in `keras.utils.PyDataset`",
    "keras.utils.training_utils": "`tf.distribute.MirroredStrategy()`",
    "keras.engine": "`keras.layers` or `keras.models`, as in `keras.layers.Layer` and `keras.Model`",
    "keras.objectives": "`keras.losses`",
    "keras.initializations": "`keras.initializers`",
    "keras.backend.tensorflow_backend": "`tf` or `keras.ops`: Keras has no sessions",
    "keras.backend": "`keras.ops`, as in `keras.ops.mean(x)`",
    "keras.optimizers.adam_v2": "`keras.optimizers`, as in `keras.optimizers.Adam`",
    "keras.optimizers.adam": "`keras.optimizers.Adam`",
    "keras.optimizers.optimizer_v2": "`keras.optimizers`",
    "keras.optimizers.legacy": "`keras.optimizers`, as in `keras.optimizers.Adam`",
    "keras.optimizers.experimental": "`keras.optimizers`",
    "keras.preprocessing.text": "`keras.layers.TextVectorization`",
    "keras.wrappers.scikit_learn": "a loop over `model.fit`: `keras.wrappers` needs scikit-learn, which is not here",
    "keras.datasets.cifar": "`keras.datasets`",
    "keras.mixed_precision.experimental": "`keras.mixed_precision`",
    "keras.experimental": "`keras`",
    "keras_preprocessing": "`keras.utils` or the layers `keras.layers.Rescaling`, `RandomFlip` and the like",
    "keras_applications": "`keras.applications`",
    "keras_contrib": "`keras.layers`",
    "tf_keras": "`keras`",
    "tensorflow.contrib": "`keras.layers`, or what `tf` itself has",
    "tensorflow.examples": "`keras.datasets.mnist.load_data()`",
    "tensorflow.estimator": "a Keras model and `model.fit`",
    "tensorflow.layers": _LAYERS,
    "tensorflow.python.keras": "`keras`",
    "sklearn.externals": "`import joblib`",
    "sklearn.cross_validation": "`sklearn.model_selection`",
    "cPickle": "`pickle`",
    "Queue": "`queue`",
    "StringIO": "`io.StringIO`",
    "ConfigParser": "`configparser`",
    "urllib2": "`urllib.request`",
    "urlparse": "`urllib.parse`",
    "Tkinter": "`tkinter`",
    "exceptions": "nothing, the exceptions are built in",
}
"""Modules, with all that is below them."""

ATTRIBUTES = {
    "keras.layers.merge": "`keras.layers.add([x, y])` or `keras.layers.concatenate([x, y])`",
    "keras.layers.Merge": "`keras.layers.Add` or `keras.layers.Concatenate`",
    "keras.layers.Deconvolution2D": "`keras.layers.Conv2DTranspose`",
    "keras.layers.AtrousConvolution2D": "`keras.layers.Conv2D` with `dilation_rate`",
    "keras.layers.BatchNormalizationV1": "`keras.layers.BatchNormalization`",
    "keras.layers.BatchNormalizationV2": "`keras.layers.BatchNormalization`",
    "keras.layers.CuDNNLSTM": "`keras.layers.LSTM`",
    "keras.layers.CuDNNGRU": "`keras.layers.GRU`",
    "keras.layers.MaxoutDense": "`keras.layers.Dense`",
    "keras.layers.Highway": "`keras.layers.Dense`",
    "keras.layers.LocallyConnected2D": "`keras.layers.Conv2D`",
    "keras.layers.ThresholdedReLU": "`keras.layers.ReLU(threshold=...)`",
    "keras.utils.multi_gpu_model": "`tf.distribute.MirroredStrategy()`",
    "keras.utils.HDF5Matrix": "`h5py.File`",
    "keras.utils.print_summary": "`model.summary()`",
    "keras.initializers.normal": '`keras.initializers.RandomNormal()`, or `"random_normal"`',
    "keras.initializers.uniform": '`keras.initializers.RandomUniform()`, or `"random_uniform"`',
    "keras.regularizers.WeightRegularizer": "`keras.regularizers.L1L2`",
    "keras.constraints.maxnorm": "`keras.constraints.MaxNorm`",
    "keras.constraints.unitnorm": "`keras.constraints.UnitNorm`",
    "keras.constraints.nonneg": "`keras.constraints.NonNeg`",
    "keras.losses.mse": "`keras.losses.mean_squared_error`",
    "keras.losses.MSE": "`keras.losses.mean_squared_error`",
    "keras.losses.mae": "`keras.losses.mean_absolute_error`",
    "keras.losses.MAE": "`keras.losses.mean_absolute_error`",
    "keras.metrics.accuracy": "`keras.metrics.Accuracy()`",
    "keras.models.Functional": "`keras.Model`",
    "keras.preprocessing.image.ImageDataGenerator": (
        "`tf.keras.preprocessing.image.ImageDataGenerator`, or better layers such as `keras.layers.RandomFlip`"
    ),
    "keras.applications.imagenet_utils._obtain_input_shape": "the input shape itself",
    "keras.backend.set_image_dim_ordering": '`keras.backend.set_image_data_format("channels_last")`',
    "keras.backend.image_dim_ordering": "`keras.backend.image_data_format()`",
    "keras.backend.set_session": "nothing, Keras has no sessions",
    "keras.backend.get_session": "nothing, Keras has no sessions",
    "keras.backend.set_learning_phase": "`training=True` or `training=False` where the model is called",
    "keras.backend.learning_phase": "`training=True` or `training=False` where the model is called",
    "keras.backend.tensorflow_backend": "`tf` or `keras.ops`: Keras has no sessions",
    "keras.backend.get_value": "`keras.ops.convert_to_numpy(value)`",
    "keras.backend.set_value": "`variable.assign(value)`",
    "keras.backend.function": "`keras.Model(inputs, outputs)`",
    "keras.backend.eval": "`keras.ops.convert_to_numpy(value)`",
    "keras.backend.int_shape": "`x.shape`",
    "keras.backend.expand_dims": "`keras.ops.expand_dims`",
    "tensorflow.Session": "the calculation itself: TensorFlow runs at once, `tensor.numpy()` is its value",
    "tensorflow.InteractiveSession": "the calculation itself: TensorFlow runs at once, `tensor.numpy()` is its value",
    "tensorflow.placeholder": "`keras.Input`, or an argument of a function",
    "tensorflow.get_variable": "`tf.Variable`",
    "tensorflow.variable_scope": "layers of Keras, which keep their own variables",
    "tensorflow.global_variables_initializer": "nothing, variables have their values from the start",
    "tensorflow.initialize_all_variables": "nothing, variables have their values from the start",
    "tensorflow.reset_default_graph": "`keras.backend.clear_session()`",
    "tensorflow.get_default_graph": "nothing, TensorFlow runs at once",
    "tensorflow.ConfigProto": '`tf.config`, as in `tf.config.list_physical_devices("GPU")`',
    "tensorflow.GPUOptions": "`tf.config`",
    "tensorflow.set_random_seed": "`keras.utils.set_random_seed(seed)`",
    "tensorflow.random_normal": "`tf.random.normal`",
    "tensorflow.random_uniform": "`tf.random.uniform`",
    "tensorflow.truncated_normal": "`tf.random.truncated_normal`",
    "tensorflow.log": "`tf.math.log`",
    "tensorflow.to_float": "`tf.cast(x, tf.float32)`",
    "tensorflow.to_int32": "`tf.cast(x, tf.int32)`",
    "tensorflow.logging": "`tf.get_logger()`",
    "tensorflow.app": "plain Python",
    "tensorflow.gfile": "`tf.io.gfile`",
    "tensorflow.image.resize_images": "`tf.image.resize`",
    "tensorflow.nn.softmax_cross_entropy_with_logits_v2": "`tf.nn.softmax_cross_entropy_with_logits`",
    "tensorflow.train.AdamOptimizer": "`keras.optimizers.Adam`",
    "tensorflow.train.GradientDescentOptimizer": "`keras.optimizers.SGD`",
    "tensorflow.train.RMSPropOptimizer": "`keras.optimizers.RMSprop`",
    "tensorflow.train.MomentumOptimizer": "`keras.optimizers.SGD(momentum=...)`",
    "tensorflow.train.Saver": "`model.save(path)`",
    "tensorflow.enable_eager_execution": "nothing, TensorFlow runs at once",
    "tensorflow.compat.v1.keras": "`keras`",
    "numpy.float": "`float`",
    "numpy.int": "`int`",
    "numpy.object": "`object`",
    "numpy.str": "`str`",
    "numpy.complex": "`complex`",
    "numpy.product": "`np.prod`",
    "numpy.cumproduct": "`np.cumprod`",
    "numpy.in1d": "`np.isin`",
    "numpy.trapz": "`np.trapezoid`",
    "numpy.asscalar": "`array.item()`",
    "numpy.msort": "`np.sort(array, axis=0)`",
    "numpy.math": "`import math`",
    "scipy.misc.imread": "`matplotlib.pyplot.imread`",
    "scipy.misc.imsave": "`matplotlib.pyplot.imsave`",
    "scipy.misc.imresize": "`tf.image.resize`",
    "IPython.core.display.display": "`from IPython.display import display`",
    "IPython.display.set_matplotlib_formats": "nothing, or `matplotlib_inline.backend_inline.set_matplotlib_formats`",
    "urllib.urlretrieve": "`urllib.request.urlretrieve`",
    "urllib.urlopen": "`urllib.request.urlopen`",
    "urllib.urlencode": "`urllib.parse.urlencode`",
    "urllib.quote": "`urllib.parse.quote`",
    "collections.Iterable": "`collections.abc.Iterable`",
    "Model.predict_classes": "`np.argmax(model.predict(x), axis=-1)`",
    "Model.predict_proba": "`model.predict(x)`",
    "Model.fit_generator": "`model.fit(generator, ...)`",
    "Model.evaluate_generator": "`model.evaluate(generator, ...)`",
    "Model.predict_generator": "`model.predict(generator, ...)`",
    "Layer.output_shape": "`layer.output.shape`",
    "Layer.input_shape": "`layer.input.shape`",
    "Layer.get_output_at": "`layer.output`",
    "Layer.get_input_at": "`layer.input`",
    "Optimizer.lr": "`optimizer.learning_rate`",
    "dict.has_key": "`key in dictionary`",
    "dict.iteritems": "`dictionary.items()`",
    "dict.itervalues": "`dictionary.values()`",
    "dict.iterkeys": "`dictionary.keys()`",
}
"""What is gone from modules, from Keras's models, layers and optimisers, and from Python's dicts."""

ARGUMENTS = {
    "lr": "`learning_rate=`",
    "decay": "a schedule, as in `learning_rate=keras.optimizers.schedules.InverseTimeDecay(...)`",
    "nb_epoch": "`epochs=`",
    "nb_filter": "`filters=`",
    "nb_row": "`kernel_size=`",
    "nb_col": "`kernel_size=`",
    "border_mode": "`padding=`",
    "subsample": "`strides=`",
    "dim_ordering": "`data_format=`",
    "init": "`kernel_initializer=`",
    "inner_init": "`recurrent_initializer=`",
    "W_regularizer": "`kernel_regularizer=`",
    "b_regularizer": "`bias_regularizer=`",
    "W_constraint": "`kernel_constraint=`",
    "output_dim": "`units=`",
    "bias": "`use_bias=`",
    "p": "`rate=`",
    "input": "`inputs=`",
    "output": "`outputs=`",
    "concat_axis": "`axis=`",
    "workers": "the call without it",
    "use_multiprocessing": "the call without it",
    "max_queue_size": "the call without it",
    "samples_per_epoch": "`steps_per_epoch=`, counted in batches",
    "nb_val_samples": "`validation_steps=`, counted in batches",
    "show_accuracy": '`metrics=["accuracy"]` in `compile`',
    "period": '`save_freq="epoch"`',
}
"""Arguments of layers, optimisers, callbacks, and of `fit` and its kind."""

HISTORY = {
    "acc": '`"accuracy"`, as in `metrics=["accuracy"]`',
    "val_acc": '`"val_accuracy"`, as in `metrics=["accuracy"]`',
    "accuracy": '`"acc"`, or `metrics=["accuracy"]` in `compile`',
    "val_accuracy": '`"val_acc"`, or `metrics=["accuracy"]` in `compile`, and `validation_data` in `fit`',
}
"""Keys that a `History` may be asked for in vain."""

PYTHON_2 = {
    "xrange": "`range`",
    "raw_input": "the value itself",
    "unicode": "`str`",
    "basestring": "`str`",
    "unichr": "`chr`",
    "long": "`int`",
    "reduce": "`functools.reduce`",
    "reload": "`importlib.reload`",
    "execfile": "`exec(open(path).read())`",
    "izip": "`zip`",
    "cmp": "`(a > b) - (a < b)`",
}
"""Functions of Python 2."""

_SAME = (
    ("tensorflow._api.v2.", "tensorflow."),
    ("keras._tf_keras.keras", "keras"),
    ("tensorflow.keras", "keras"),
    ("keras.api", "keras"),
    ("keras.src", "keras"),
)


def today(name: str) -> str:
    """Return what to write in the place of a dotted name, as the end of a sentence; empty where it is not known.

    Examples
    --------
    >>> today("tensorflow.keras.utils.generic_utils.Progbar")
    '`keras.utils`'
    >>> today("numpy.float")
    '`float`'
    >>> today("numpy.floor")
    ''
    """
    name = plain(name)
    if name in ATTRIBUTES:
        return ATTRIBUTES[name]
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if (found := MODULES.get(".".join(parts[:length]))) is not None:
            return found
    return ""


def plain(name: str) -> str:
    """Return a dotted name as this table spells it.

    Examples
    --------
    >>> plain("keras._tf_keras.keras.utils.np_utils")
    'keras.utils.np_utils'
    """
    for long, short in _SAME:
        if name == long or name.startswith(long if long.endswith(".") else f"{long}."):
            return short + name[len(long) :]
    return name
