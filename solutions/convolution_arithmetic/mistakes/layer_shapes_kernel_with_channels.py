"""A kernel has all channels."""

# fails: layer_shapes.weights

# %% layer_shapes
kernel_shape = (5, 5, 3)
filter_shape = (5, 5, 3)
map_shape = (128, 128)
output_shape = (128, 128, 64)
next_filter_shape = (5, 5, 64)
batch_shape = (8, 128, 128, 3)
