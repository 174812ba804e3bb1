"""Upper bounds on a model that is accepted: far above any model of a course, far below what hurts a machine."""

from __future__ import annotations

NUM_NODES = 5_000
NUM_LAYERS = 5_000
NUM_WEIGHTS = 50_000  # arrays, not numbers
NUM_PARAMETERS = 200_000_000
NUM_UNITS = 100_000  # units, filters, heads, ...: what multiplies a weight's size
NUM_WORDS = 10_000_000  # rows of an embedding
SIZE = 10_000  # kernels, strides, pools, paddings, images
NUM_CONSTANT_VALUES = 10_000_000  # in all constants of a graph together
NUM_ACTIVATIONS = 100_000_000  # values that one step may produce for one image
NUM_ALL_ACTIVATIONS = 1_000_000_000  # of all steps together
NUM_AT_ONCE = 2**26  # values in the largest tensor of a batch in a prediction
BATCH = 128  # images in such a batch, where they are small
NUM_MULTIPLICATIONS = 50_000_000_000  # of all steps together, for one image; ResNet-50 on 224x224 has 4 of these 50
NUM_PIECES = 4_096  # outputs of one operation such as split
NUM_DIMENSIONS = 16
NUM_REPEATS = 256  # turns of a loop that Python runs while a layer is built
NUMBER = 1e12  # absolute value of a number in a config or an argument
TEXT_CHARS = 300
NUM_CONFIG_VALUES = 100_000  # numbers in one list of a config, such as the means of a Normalization
