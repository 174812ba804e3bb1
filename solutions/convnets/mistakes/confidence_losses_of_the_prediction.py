"""The class that was predicted, not the true one."""

# fails: confidence_losses.order

# %% confidence_losses
confidence_losses = -np.log(predictions.max(axis=1))
