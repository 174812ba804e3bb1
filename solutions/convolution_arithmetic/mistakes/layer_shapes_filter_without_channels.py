"""A filter has no channels."""

# fails: layer_shapes.weights, layer_shapes.next_filter

# %% layer_shapes
kernel_shape = (5, 5)
filter_shape = (5, 5)
map_shape = (128, 128)
output_shape = (128, 128, 64)
next_filter_shape = (5, 5)
batch_shape = (8, 128, 128, 3)
