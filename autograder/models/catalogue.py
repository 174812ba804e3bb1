"""The allow-list: which layers, operations and parts of them are rebuilt, and with which arguments.

Names are Keras's. What is not here cannot be built: no vocabulary or lookup layers, no wrappers of other
frameworks, no loading from files, no functions as arguments, no control flow. A test holds the lists against
the signatures of the installed Keras.
"""

from __future__ import annotations

from autograder.models import bounds


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _part(prefix: str) -> str:
    return f"{prefix}_initializer {prefix}_regularizer {prefix}_constraint"


_BIAS = f"use_bias {_part('bias')} activity_regularizer"
_SHAPED = "kernel_size strides padding data_format dilation_rate activation"
_CONV = f"filters groups {_SHAPED} {_part('kernel')} {_BIAS}"
_TRANSPOSED = f"filters output_padding {_SHAPED} {_part('kernel')} {_BIAS}"
_DEPTHWISE = f"depth_multiplier {_SHAPED} {_part('depthwise')} {_BIAS}"
_SEPARABLE = f"filters depth_multiplier {_SHAPED} {_part('depthwise')} {_part('pointwise')} {_BIAS}"
_POOL = "pool_size strides padding data_format"
_AFFINE = f"center scale {_part('beta')} {_part('gamma')}"
_RECURRENT = (
    f"units activation recurrent_activation dropout recurrent_dropout seed return_sequences return_state go_backwards "
    f"stateful unroll zero_output_for_mask {_part('kernel')} {_part('recurrent')} {_BIAS}"
)
_CONV_LSTM = f"{_RECURRENT.removeprefix('units ')} unit_forget_bias filters {_SHAPED}"
_CELL = _RECURRENT.partition("return_sequences")[0] + _RECURRENT.partition("zero_output_for_mask")[2].removesuffix(
    " activity_regularizer"
)
_SEQUENCE = "return_sequences return_state go_backwards stateful unroll zero_output_for_mask"
_IMAGES = "data_format seed"
_FILL = "fill_mode fill_value interpolation"
_COLOURS = f"value_range {_IMAGES}"

LAYERS: dict[str, frozenset[str]] = {
    name: _names(arguments)
    for name, arguments in {
        # core
        "Dense": f"units activation quantization_config {_part('kernel')} {_BIAS}",
        "EinsumDense": "equation output_shape activation bias_axes activity_regularizer quantization_config "
        f"{_part('kernel')} {_part('bias')}",
        "Embedding": f"input_dim output_dim mask_zero activity_regularizer quantization_config {_part('embeddings')}",
        "ReversibleEmbedding": "input_dim output_dim tie_weights mask_zero reverse_dtype logit_soft_cap "
        f"activity_regularizer quantization_config {_part('embeddings')}",
        "Identity": "",
        "Masking": "mask_value",
        # convolution
        **{f"Conv{n}D": _CONV for n in (1, 2, 3)},
        **{f"Conv{n}DTranspose": _TRANSPOSED for n in (1, 2, 3)},
        **{f"DepthwiseConv{n}D": _DEPTHWISE for n in (1, 2)},
        **{f"SeparableConv{n}D": _SEPARABLE for n in (1, 2)},
        # pooling
        **{f"{kind}Pooling{n}D": _POOL for kind in ("Max", "Average") for n in (1, 2, 3)},
        **{f"Global{kind}Pooling{n}D": "data_format keepdims" for kind in ("Max", "Average") for n in (1, 2, 3)},
        **{f"Adaptive{kind}Pooling{n}D": "output_size data_format" for kind in ("Max", "Average") for n in (1, 2, 3)},
        # normalisation
        "BatchNormalization": f"axis momentum epsilon renorm renorm_clipping renorm_momentum synchronized "
        f"moving_mean_initializer moving_variance_initializer {_AFFINE}",
        "GroupNormalization": f"groups axis epsilon {_AFFINE}",
        "LayerNormalization": f"axis epsilon rms_scaling {_AFFINE}",
        "RMSNormalization": "axis epsilon",
        "UnitNormalization": "axis",
        "Normalization": "axis mean variance invert",
        # activation
        "Activation": "activation",
        "ELU": "alpha",
        "LeakyReLU": "negative_slope",
        "PReLU": f"shared_axes {_part('alpha')}",
        "ReLU": "max_value negative_slope threshold",
        "Softmax": "axis",
        # merging
        **dict.fromkeys(("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"), ""),
        "Concatenate": "axis",
        "Dot": "axes normalize",
        # reshaping
        **{f"Cropping{n}D": "cropping" if n == 1 else "cropping data_format" for n in (1, 2, 3)},
        **{f"ZeroPadding{n}D": "padding data_format" for n in (1, 2, 3)},
        "Flatten": "data_format",
        "Permute": "dims",
        "RepeatVector": "n",
        "Reshape": "target_shape",
        "UpSampling1D": "size",
        "UpSampling2D": "size data_format interpolation",
        "UpSampling3D": "size data_format",
        # regularisation
        "ActivityRegularization": "l1 l2",
        "AlphaDropout": "rate noise_shape seed",
        "Dropout": "rate noise_shape seed",
        "GaussianDropout": "rate seed",
        "GaussianNoise": "stddev seed",
        "SpatialDropout1D": "rate seed",
        "SpatialDropout2D": "rate data_format seed",
        "SpatialDropout3D": "rate data_format seed",
        "SpectralNormalization": "layer power_iterations",
        # attention
        "AdditiveAttention": "use_scale dropout seed",
        "Attention": "use_scale score_mode dropout seed",
        "MultiHeadAttention": "num_heads key_dim value_dim output_shape attention_axes dropout seed sliding_window "
        f"use_gate {_part('kernel')} {_BIAS}",
        "GroupQueryAttention": "head_dim num_query_heads num_key_value_heads dropout sliding_window use_gate seed "
        f"{_part('kernel')} {_BIAS}",
        # recurrent
        "GRU": f"{_RECURRENT} reset_after",
        "LSTM": f"{_RECURRENT} unit_forget_bias",
        "SimpleRNN": _RECURRENT.replace("recurrent_activation ", ""),
        "RNN": f"cell {_SEQUENCE}",
        "GRUCell": f"{_CELL} reset_after",
        "LSTMCell": f"{_CELL} unit_forget_bias",
        "SimpleRNNCell": _CELL.replace("recurrent_activation ", ""),
        "StackedRNNCells": "cells",
        **{f"ConvLSTM{n}D": _CONV_LSTM for n in (1, 2, 3)},
        "Bidirectional": "layer backward_layer merge_mode",
        "TimeDistributed": "layer",
        # images
        "AugMix": f"num_chains chain_depth factor alpha all_ops interpolation {_COLOURS}",
        "AutoContrast": "value_range data_format",
        "CenterCrop": "height width data_format",
        "ContrastLimitedAdaptiveHistogramEqualization": "value_range clip_limit tile_grid_size data_format",
        "CutMix": f"factor {_IMAGES}",
        "MixUp": f"alpha {_IMAGES}",
        "RandAugment": f"num_ops factor interpolation {_COLOURS}",
        "RandomBrightness": f"factor {_COLOURS}",
        "RandomColorDegeneration": f"factor {_COLOURS}",
        "RandomColorJitter": f"brightness_factor contrast_factor saturation_factor hue_factor {_COLOURS}",
        "RandomContrast": f"factor {_COLOURS}",
        "RandomCrop": f"height width {_IMAGES}",
        "RandomElasticTransform": f"factor scale {_FILL} {_COLOURS}",
        "RandomErasing": f"factor scale fill_value {_COLOURS}",
        "RandomFlip": f"mode {_IMAGES}",
        "RandomGaussianBlur": f"factor kernel_size sigma {_COLOURS}",
        "RandomGrayscale": f"factor {_IMAGES}",
        "RandomHue": f"factor {_COLOURS}",
        "RandomInvert": f"factor {_COLOURS}",
        "RandomPerspective": f"factor scale interpolation fill_value {_IMAGES}",
        "RandomPosterization": f"factor {_COLOURS}",
        "RandomRotation": f"factor {_FILL} {_IMAGES}",
        "RandomSaturation": f"factor {_COLOURS}",
        "RandomSharpness": f"factor {_COLOURS}",
        "RandomShear": f"x_factor y_factor {_FILL} {_IMAGES}",
        "RandomTranslation": f"height_factor width_factor {_FILL} {_IMAGES}",
        "RandomZoom": f"height_factor width_factor {_FILL} {_IMAGES}",
        "Rescaling": "scale offset",
        "Solarization": f"addition_factor threshold_factor {_COLOURS}",
        # other numbers
        "CategoryEncoding": "num_tokens output_mode sparse",
        "Discretization": "bin_boundaries num_bins epsilon output_mode sparse",
        "MelSpectrogram": "fft_length sequence_stride sequence_length window sampling_rate num_mel_bins min_freq "
        "max_freq power_to_db top_db mag_exp min_power ref_power",
        "STFTSpectrogram": "mode frame_length frame_step fft_length window periodic scaling padding expand_dims "
        "data_format",
        "Resizing": f"height width antialias crop_to_aspect_ratio pad_to_aspect_ratio data_format {_FILL}",
    }.items()
}
"""Layer classes, each with the arguments that it may be given besides `name`, `trainable` and `dtype`."""

_OF_WORDS = "it looks words up, or hashes them, by tables that are no part of a model's weights"
_OF_OTHERS = "it runs code of another framework, or code out of a file"
_BASE = "it is no layer by itself: layers of your own derive from it, and are opened"

OPENED = frozenset({"Lambda", "Pipeline", "TimeDistributed"})
"""Layers of Keras's own that call what the student put in, in plain Python: they are opened as a student's layers."""

REFUSED = {
    "FlaxLayer": _OF_OTHERS,
    "JaxLayer": _OF_OTHERS,
    "TFSMLayer": _OF_OTHERS,
    "TorchModuleWrapper": _OF_OTHERS,
    "Equalization": "Keras itself cannot put it into a functional model",
    "HashedCrossing": _OF_WORDS,
    "Hashing": _OF_WORDS,
    "IntegerLookup": _OF_WORDS,
    "StringLookup": _OF_WORDS,
    "TextVectorization": _OF_WORDS,
    "InputSpec": "it is no layer: it says which inputs one takes",
    "Layer": _BASE,
    "Wrapper": _BASE,
    "MaxNumBoundingBoxes": "it changes the labels of images, which are no input of a model",
}
"""Classes in `keras.layers` that are neither rebuilt nor opened, and why."""

NESTED = frozenset({"backward_layer", "cell", "cells", "layer"})
"""Arguments that are layers themselves."""

INITIALIZERS: dict[str, frozenset[str]] = {
    **{
        name: _names("seed input_axes output_axes")
        for name in ("GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform")
    },
    "Constant": _names("value"),
    "Identity": _names("gain"),
    "Ones": frozenset(),
    "Orthogonal": _names("gain seed"),
    "RandomNormal": _names("mean stddev seed"),
    "RandomUniform": _names("minval maxval seed"),
    "TruncatedNormal": _names("mean stddev seed"),
    "VarianceScaling": _names("scale mode distribution seed input_axes output_axes"),
    "Zeros": frozenset(),
}

REGULARIZERS: dict[str, frozenset[str]] = {
    "L1": _names("l1"),
    "L1L2": _names("l1 l2"),
    "L2": _names("l2"),
    "OrthogonalRegularizer": _names("factor mode"),
}

CONSTRAINTS: dict[str, frozenset[str]] = {
    "MaxNorm": _names("max_value axis"),
    "MinMaxNorm": _names("min_value max_value rate axis"),
    "NonNeg": frozenset(),
    "UnitNorm": _names("axis"),
}

ACTIVATIONS = _names(
    "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid "
    "log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid "
    "sparsemax squareplus tanh tanh_shrink threshold"
)
"""Names of functions in `keras.activations`."""

DTYPES = _names(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 bfloat16 float16 float32 float64 "
    "mixed_float16 mixed_bfloat16"
)

OPERATIONS = _names(
    # arithmetic
    "add subtract multiply divide true_divide divide_no_nan floor_divide mod fmod power negative reciprocal "
    "maximum minimum fmax fmin abs absolute fabs sign square sqrt rsqrt cbrt exp exp2 expm1 log log10 log1p log2 "
    "logaddexp sin sinh cos cosh tan tanh arcsin arcsinh arccos arccosh arctan arctan2 arctanh sinc hypot "
    "ceil floor round trunc clip nan_to_num erf erfc erfinv deg2rad rad2deg heaviside "
    # reductions
    "all any amax amin argmax argmin average count_nonzero cumprod cumsum logsumexp max mean median min norm prod ptp "
    "quantile std sum var moments trace top_k "
    # comparison and logic
    "equal not_equal greater greater_equal less less_equal isclose isfinite isinf isnan "
    "logical_and logical_not logical_or logical_xor where "
    # shapes
    "append broadcast_to concatenate copy diag diagonal diff expand_dims flip get_item hstack vstack dstack moveaxis "
    "pad ravel repeat reshape roll rot90 split squeeze stack swapaxes take take_along_axis tile transpose tril triu "
    "unstack slice sort argsort full_like ones_like zeros_like cast stop_gradient one_hot "
    # linear algebra
    "cross dot einsum inner matmul outer tensordot vdot kron "
    # neural networks
    "relu relu6 sigmoid sparse_sigmoid softplus softsign soft_shrink sparse_plus silu squareplus log_sigmoid "
    "leaky_relu hard_sigmoid hard_silu elu selu gelu celu glu tanh_shrink hard_tanh hard_shrink threshold softmax "
    "log_softmax sparsemax max_pool average_pool adaptive_max_pool adaptive_average_pool conv depthwise_conv "
    "separable_conv conv_transpose batch_normalization layer_normalization rms_normalization normalize "
    "dot_product_attention depth_to_space space_to_depth "
    # images
    "image.resize image.rgb_to_grayscale image.rgb_to_hsv image.hsv_to_rgb image.pad_images image.crop_images "
    "image.extract_patches image.gaussian_blur image.sobel_edges "
    # two of `keras.activations` are operations of their own
    "activations.relu activations.mish"
)
"""Functions of `keras.ops`, by their path below it, and of `keras.activations`."""

COUNTS = {
    "diff": ("n", 1, bounds.NUM_REPEATS),
    "image.gaussian_blur": ("kernel_size", 1, bounds.NUM_REPEATS),
    "rot90": ("k", 1, bounds.NUM_REPEATS),
    "split": ("indices_or_sections", 1, bounds.NUM_PIECES),
    "unstack": ("num", 1, bounds.NUM_PIECES),
}
"""Arguments of operations that are turns of a loop, or sizes: name, place among the arguments, most accepted."""

ENDS_WITH_ACTIVATION = _names("Dense EinsumDense Activation") | frozenset(
    name for name in LAYERS if "Conv" in name and not name.startswith("ConvLSTM")
)
"""Layers whose `activation` is applied to what they return, so that it can be split off."""

DEPENDS_ON_TRAINING = frozenset(
    name
    for name in LAYERS
    if "Dropout" in name
    or name.startswith(("Rand", "ConvLSTM"))
    or name.endswith("Cell")
    or name
    in {
        "AugMix",
        "AutoContrast",
        "ContrastLimitedAdaptiveHistogramEqualization",
        "CutMix",
        "GroupQueryAttention",
        "MixUp",
        "RNN",
        "Solarization",
        "StackedRNNCells",
        "AdditiveAttention",
        "Attention",
        "BatchNormalization",
        "Bidirectional",
        "CenterCrop",
        "GRU",
        "GaussianNoise",
        "LSTM",
        "MultiHeadAttention",
        "SimpleRNN",
        "SpectralNormalization",
        "TimeDistributed",
    }
)
"""Layers that may do something else in training: only for these the training flag is kept."""
