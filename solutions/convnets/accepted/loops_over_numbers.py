"""Plain loops and lists wherever a number, a list or an array is asked for."""
# %% dense_parameters
dense_parameters = 0
num_inputs = 3072
for num_units in (512, 256, 10):
    for _ in range(num_units):
        dense_parameters += num_inputs  # weights
        dense_parameters += 1  # bias
    num_inputs = num_units

# %% conv_output_shape
def conv_output_shape(input_shape, filters, kernel_size, stride):
    height, width, _ = input_shape
    rows = len([top for top in range(0, height, stride) if top + kernel_size <= height])
    columns = len([left for left in range(0, width, stride) if left + kernel_size <= width])
    return rows, columns, filters

# %% max_pool_by_hand
pooled = []
for row in range(0, 6, 2):
    pooled.append([])
    for column in range(0, 6, 2):
        pooled[-1].append(max(matrix[row + i, column + j] for i in range(2) for j in range(2)))
pooled_shape = (len(pooled), len(pooled[0]))

# %% split_dataset
def split_dataset(images, labels, num_validation=10_000):
    labels = np.array([label[0] for label in labels])
    is_validation = np.arange(len(images)) >= len(images) - num_validation
    train = (images[~is_validation], labels[~is_validation])
    validation = (images[is_validation], labels[is_validation])
    return train, validation

# %% classify
def classify(model, images):
    labels, probabilities = [], []
    for row in model.predict(images, verbose=0):
        best = max(range(len(row)), key=lambda number: row[number])
        labels.append(best)
        probabilities.append(float(row[best]))
    return np.array(labels), np.array(probabilities)

# %% confidence_losses
import math

confidence_losses = [-math.log(row[true_class]) for row, true_class in zip(predictions, true_classes)]

# %% receptive_field
def receptive_field(layers):
    size = 1
    for number, (kernel_size, _) in enumerate(layers):
        distance = 1
        for _, stride in layers[:number]:
            distance *= stride
        size += (kernel_size - 1) * distance
    return size
