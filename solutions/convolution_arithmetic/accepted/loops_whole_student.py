"""A whole student: plain loops over numbers, lists wherever an array is asked for."""
# %% activation_map
def activation_map(image, kernel):
    output = []
    for i in range(len(image) - len(kernel) + 1):
        row = []
        for j in range(len(image[0]) - len(kernel[0]) + 1):
            total = 0
            for u in range(len(kernel)):
                for v in range(len(kernel[0])):
                    total += float(kernel[u][v]) * float(image[i + u][j + v])
            row.append(total)
        output.append(row)
    return np.array(output)

# %% pad_same
import math


def zeros_of(size, kernel, stride):
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, math.ceil(total / 2)


def pad_same(image, kernel_size, strides=(1, 1)):
    (top, bottom), (left, right) = [zeros_of(*each) for each in zip(image.shape, kernel_size, strides)]
    if image.ndim == 3:
        return np.stack([np.pad(image[..., c], ((top, bottom), (left, right))) for c in range(image.shape[2])], axis=2)
    return np.pad(image, ((top, bottom), (left, right)))

# %% filter_response
def filter_response(image, weights):
    height, width = image.shape[0] - weights.shape[0] + 1, image.shape[1] - weights.shape[1] + 1
    output = [[0] * width for _ in range(height)]
    for i in range(height):
        for j in range(width):
            for u in range(weights.shape[0]):
                for v in range(weights.shape[1]):
                    for c in range(weights.shape[2]):
                        output[i][j] += int(weights[u, v, c]) * int(image[i + u, j + v, c]) if (
                            image.dtype == "uint8"
                        ) else weights[u, v, c] * image[i + u, j + v, c]
    return output

# %% conv_layer
def conv_layer(images, weights, bias, strides=(1, 1), padding="valid"):
    output = []
    for image in images:
        if padding == "same":
            image = pad_same(image, weights.shape[:2], strides)
        maps = []
        for number in range(len(bias)):
            response = np.array(filter_response(image, weights[..., number]))
            maps.append(response[:: strides[0], :: strides[1]] + bias[number])
        output.append(np.dstack(maps))
    return output

# %% layer_shapes
kernel_shape = [5, 5]
filter_shape = [5, 5, 3]
map_shape = [128, 128]
output_shape = [128, 128, 64]
next_filter_shape = [5, 5, 64]
batch_shape = [8, 128, 128, 3]

# %% dense_equivalent
def convolution_matrix(kernel, image_shape):
    height, width = image_shape[0] - kernel.shape[0] + 1, image_shape[1] - kernel.shape[1] + 1
    matrix = [[0] * (image_shape[0] * image_shape[1]) for _ in range(height * width)]
    for i in range(height):
        for j in range(width):
            for u in range(kernel.shape[0]):
                for v in range(kernel.shape[1]):
                    matrix[i * width + j][(i + u) * image_shape[1] + j + v] = kernel[u, v]
    return np.array(matrix)


num_shared_weights = 0
for _ in range(3):
    for _ in range(3):
        num_shared_weights += 1
num_dense_weights = convolution_matrix(np.ones((3, 3)), (4, 4)).size

# %% equivariance
def shift(image, dx):
    shifted = np.zeros(image.shape)
    for column in range(image.shape[1]):
        if 0 <= column - dx < image.shape[1]:
            shifted[:, column] = image[:, column - dx]
    return shifted


def cut(values, dx):
    if dx > 0:
        return values[:, dx:]
    if dx < 0:
        return values[:, :dx]
    return values


def shift_then_convolve(image, kernel, dx):
    return cut(activation_map(shift(image, dx), kernel), dx)


def convolve_then_shift(image, kernel, dx):
    return cut(shift(activation_map(image, kernel), dx), dx)


pooled_spots = []
for dx in (0, 1, 2):
    moved = shift(spots, dx)
    pooled_spots.append([[moved[i : i + 2, j : j + 2].max() for j in (0, 2, 4)] for i in (0, 2)])

# %% hand_designed_kernels
blur = [[0.111, 0.111, 0.111], [0.111, 0.111, 0.111], [0.111, 0.111, 0.111]]
sharpen = [[-1, -1, -1], [-1, 9, -1], [-1, -1, -1]]
horizontal_edges = [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]
vertical_edges = [[1, 0, -1], [1, 0, -1], [1, 0, -1]]

# %% output_size
def output_size(n, kernel, padding, stride=1, dilation=1):
    if padding == "same":
        return int(np.ceil(n / stride))
    count = 0
    for start in range(0, n, stride):
        if start + dilation * (kernel - 1) < n:
            count += 1
    return count


def transposed_output_size(n, kernel, padding, stride=1):
    size = n * stride
    if padding == "valid" and kernel > stride:
        size += kernel - stride
    return size

# %% strided_convolution
def strided(image, kernel, s):
    output = activation_map(image, kernel)
    return [[output[i, j] for j in range(0, output.shape[1], s)] for i in range(0, output.shape[0], s)]

# %% receptive_field_of_stack
def receptive_fields(layers):
    sizes = []
    for count in range(1, len(layers) + 1):
        size = 1
        for kernel, stride, dilation in reversed(layers[:count]):
            size = (size - 1) * stride + dilation * (kernel - 1) + 1
        sizes.append(size)
    return tuple(sizes)

# %% max_pool
def max_pool(images, pool_size, stride):
    batch, height, width, channels = images.shape
    rows, columns = (height - pool_size) // stride + 1, (width - pool_size) // stride + 1
    output = np.full((batch, rows, columns, channels), -np.inf)
    for n in range(batch):
        for i in range(rows):
            for j in range(columns):
                for c in range(channels):
                    for u in range(pool_size):
                        for v in range(pool_size):
                            value = images[n, i * stride + u, j * stride + v, c]
                            if value > output[n, i, j, c]:
                                output[n, i, j, c] = value
    return output

# %% separable_parameters
def separable_parameters(kernel_size, channels, filters):
    standard = 0
    for _ in range(filters):
        standard += kernel_size * kernel_size * channels
    return [standard, channels * (kernel_size * kernel_size + filters)]

# %% common_architecture
def vgg_style(input_shape, num_blocks, filters, num_classes):
    stack = [layers.InputLayer(input_shape)]
    number = filters
    for _ in range(num_blocks):
        stack.append(layers.Conv2D(number, 3, padding="same"))
        stack.append(layers.ReLU())
        stack.append(layers.Conv2D(number, 3, padding="same"))
        stack.append(layers.ReLU())
        stack.append(layers.MaxPool2D())
        number = number * 2
    stack += [layers.Flatten(), layers.Dense(128), layers.ReLU(), layers.Dense(num_classes), layers.Softmax()]
    return keras.Sequential(stack)
