"""The entropy of each prediction."""

# fails: confidence_losses.order

# %% confidence_losses
confidence_losses = -(predictions * np.log(predictions)).sum(axis=1)
