"""A whole student: subclasses of Model with a `call`, built by calling them once; loops over numbers."""

# %% classifier_with_dropout
class DropoutClassifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.convolutions = [layers.Conv2D(filters, 3, padding="same") for filters in (16, 32, 64)]
        self.normalisations = [layers.BatchNormalization(momentum=0.9) for _ in range(3)]
        self.dropouts = [layers.SpatialDropout2D(0.15) for _ in range(2)]
        self.scores = layers.Dense(10, activation="softmax")

    def call(self, x, training=None):
        for number in range(3):
            x = tf.nn.relu(self.normalisations[number](self.convolutions[number](x), training=training))
            if number < 2:
                x = self.dropouts[number](tf.nn.max_pool2d(x, 2, 2, "VALID"), training=training)
        return self.scores(tf.reduce_mean(x, axis=[1, 2]))


def classifier_with_dropout():
    model = DropoutClassifier()
    model(keras.Input((28, 28, 1)))
    return model


# %% confusion_matrix
def confusion_matrix(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=np.int32)
    for truth, prediction in zip(labels, predictions):
        matrix[truth, prediction] += 1
    return matrix


# %% confusion_figure
def confusion_figure(matrix, class_names):
    figure = Figure(figsize=(6, 6))
    axes = figure.subplots()
    axes.matshow(np.array(matrix), cmap="viridis")
    axes.set_xticks(np.arange(len(class_names)), labels=class_names, rotation=45)
    axes.set_yticks(np.arange(len(class_names)), labels=class_names)
    axes.set_ylabel("true class (rows)")
    axes.set_xlabel("predicted class (columns)")
    return figure


# %% class_activation_map
def class_activation_map(model, layer_name, image, class_index):
    position = [layer.name for layer in model.layers].index(layer_name)
    first = keras.Model(model.inputs, model.layers[position].output)
    maps = first(np.array(image, dtype="float32")[None])
    with tf.GradientTape() as tape:
        tape.watch(maps)
        x = maps
        for layer in model.layers[position + 1 :]:
            x = layer(x)
        score = x[0][class_index]
    gradient = tape.gradient(score, maps).numpy()[0]
    maps = maps.numpy()[0]
    h, w, c = maps.shape
    result = np.zeros((h, w))
    for k in range(c):
        result += gradient[:, :, k].mean() * maps[:, :, k]
    result[result < 0] = 0
    if result.max() > 0:
        result /= result.max()
    return result


# %% global_average_pooling
class Head(keras.Model):
    def __init__(self, num_classes):
        super().__init__()
        self.dense = layers.Dense(num_classes)

    def call(self, maps):
        return keras.ops.softmax(self.dense(keras.ops.mean(maps, axis=(1, 2))))


def average_pooling_head(maps_shape, num_classes):
    head = Head(num_classes)
    head(keras.Input(maps_shape))
    return head


# %% resize_images
def resize_images(images, size):
    height, width = size
    old_height, old_width = images.shape[1:3]
    images = images.astype(np.float32)
    rows = np.clip((np.arange(height) + 0.5) * old_height / height - 0.5, 0, old_height - 1)
    columns = np.clip((np.arange(width) + 0.5) * old_width / width - 0.5, 0, old_width - 1)
    result = np.zeros((len(images), height, width, images.shape[3]), dtype=np.float32)
    for i, y in enumerate(rows):
        for j, x in enumerate(columns):
            top, left = int(y), int(x)
            bottom, right = min(top + 1, old_height - 1), min(left + 1, old_width - 1)
            a, b = y - top, x - left
            upper = (1 - b) * images[:, top, left] + b * images[:, top, right]
            lower = (1 - b) * images[:, bottom, left] + b * images[:, bottom, right]
            result[:, i, j] = (1 - a) * upper + a * lower
    return result


# %% feature_extraction
class Extractor(keras.Model):
    def __init__(self, backbone, num_classes):
        super().__init__()
        backbone.trainable = False
        self.backbone = backbone
        self.pool = layers.GlobalAveragePooling2D()
        self.scores = layers.Dense(num_classes, activation="softmax")

    def call(self, images):
        return self.scores(self.pool(self.backbone(images, training=False)))


def feature_extractor(backbone, num_classes):
    model = Extractor(backbone, num_classes)
    model(keras.Input(backbone.input_shape[1:]))
    return model


# %% fine_tuning
def fine_tune(model, backbone, images, labels, epochs, learning_rate=0.0001):
    backbone.trainable = True
    for layer in backbone.layers:
        layer.trainable = False
        if "block4" in layer.name:
            layer.trainable = True
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model.fit(np.array(images), np.array(labels), epochs=epochs, verbose=0)


# %% iou
def iou(boxes, others):
    results = []
    for (x1, y1, w1, h1), (x2, y2, w2, h2) in zip(boxes, others):
        width = min(x1 + w1, x2 + w2) - max(x1, x2)
        height = min(y1 + h1, y2 + h2) - max(y1, y2)
        if width <= 0 or height <= 0:
            results.append(0.0)
        else:
            shared = width * height
            results.append(shared / (w1 * h1 + w2 * h2 - shared))
    return np.array(results)


# %% localizer
class Localizer(keras.Model):
    def __init__(self):
        super().__init__()
        self.convolutions = [layers.Conv2D(filters, 3, padding="same", use_bias=False) for filters in (16, 32, 48)]
        self.normalisations = [layers.BatchNormalization(momentum=0.9) for _ in range(3)]
        self.pool = layers.MaxPooling2D()
        self.flatten = layers.Flatten()
        self.hidden = layers.Dense(96, activation="relu")
        self.classes = layers.Dense(10, activation="softmax")
        self.box = layers.Dense(4, activation="sigmoid")

    def call(self, x, training=None):
        for convolution, normalisation in zip(self.convolutions, self.normalisations):
            x = self.pool(keras.ops.relu(normalisation(convolution(x), training=training)))
        x = self.hidden(self.flatten(x))
        return [self.classes(x), self.box(x)]


def localizer():
    model = Localizer()
    model(keras.Input((32, 32, 3)))
    return model


# %% train_localizer
def train_localizer(model, images, labels, boxes, epochs):
    data = tf.data.Dataset.from_tensor_slices((images, (labels, boxes))).shuffle(len(images)).batch(16)
    model.compile("adam", loss=["sparse_categorical_crossentropy", "huber"])
    return model.fit(data, epochs=epochs, verbose=0)


# %% mask_iou
def mask_iou(masks, predictions, threshold=0.5):
    result = []
    for mask, prediction in zip(masks, predictions):
        mask, found = mask.astype(bool), prediction > threshold
        union = (mask | found).sum()
        result.append((mask & found).sum() / union if union else 1.0)
    return np.array(result)


# %% dice_loss
def dice_loss(y_true, y_pred):
    y_true = keras.ops.reshape(y_true, (keras.ops.shape(y_true)[0], -1))
    y_pred = keras.ops.reshape(y_pred, (keras.ops.shape(y_pred)[0], -1))
    above = 2 * keras.ops.sum(y_true * y_pred, axis=1) + 1
    below = keras.ops.sum(y_true + y_pred, axis=1) + 1
    return 1 - above / below


# %% segmenter
class Segmenter(keras.Model):
    def __init__(self):
        super().__init__()
        self.down = [layers.Conv2D(filters, 3, padding="same", activation="relu") for filters in (16, 32)]
        self.pool = layers.MaxPooling2D(2)
        self.bottom = layers.Conv2D(64, 3, padding="same", activation="relu")
        self.up = [layers.Conv2DTranspose(filters, 2, strides=2) for filters in (32, 16)]
        self.after = [layers.Conv2D(filters, 3, padding="same", activation="relu") for filters in (32, 16)]
        self.last = layers.Conv2D(1, 1, activation="sigmoid")

    def call(self, images):
        x = images / 255
        seen = []
        for convolution in self.down:
            x = convolution(x)
            seen.append(x)
            x = self.pool(x)
        x = self.bottom(x)
        for up, convolution, skip in zip(self.up, self.after, reversed(seen)):
            x = convolution(keras.ops.concatenate([up(x), skip], axis=-1))
        return self.last(x)


def segmenter():
    model = Segmenter()
    model(np.zeros((1, 32, 32, 3), "float32"))
    return model
