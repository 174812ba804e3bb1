"""Computes loss, accuracy and confidence from the probabilities, without `evaluate` and `predict`."""
# %% test_performance
def evaluate(model, images, labels):
    probabilities = model.predict(images, verbose=0)
    loss = -np.mean(np.log(probabilities[np.arange(len(labels)), labels]))
    accuracy = np.mean(np.argmax(probabilities, axis=1) == labels)
    return {"loss": float(loss), "accuracy": float(accuracy)}

# %% classify
def classify(model, images):
    scores = keras.ops.convert_to_numpy(model(images, training=False))
    order = np.argsort(scores, axis=1)
    labels = order[:, -1]
    return labels, scores[range(len(labels)), labels]

# %% confidence_losses
one_hot = np.eye(3)[true_classes]
confidence_losses = -(one_hot * np.log(predictions)).sum(axis=1)
