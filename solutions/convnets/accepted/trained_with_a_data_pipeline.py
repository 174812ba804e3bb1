"""Trains from a shuffled `tf.data` pipeline, and evaluates and predicts batch by batch."""
# %% train_classifier
import tensorflow as tf


def train(model, images, labels, validation, epochs, batch_size):
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images), seed=0).batch(batch_size)
    validation_batches = tf.data.Dataset.from_tensor_slices(validation).batch(batch_size)
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model.fit(batches.prefetch(2), validation_data=validation_batches, epochs=epochs)

# %% test_performance
def evaluate(model, images, labels):
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).batch(64)
    return model.evaluate(batches, return_dict=True)

# %% classify
def classify(model, images):
    probabilities = np.concatenate([model.predict_on_batch(images[i : i + 4]) for i in range(0, len(images), 4)])
    return np.argmax(probabilities, axis=-1), np.amax(probabilities, axis=-1)
