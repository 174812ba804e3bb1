"""The minus is forgotten."""

# fails: confidence_losses.order

# %% confidence_losses
confidence_losses = np.log(predictions[np.arange(4), true_classes])
