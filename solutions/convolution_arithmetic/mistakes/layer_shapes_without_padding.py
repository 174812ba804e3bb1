"""The padding is forgotten."""

# fails: layer_shapes.maps

# %% layer_shapes
kernel_shape = (5, 5)
filter_shape = (5, 5, 3)
map_shape = (124, 124)
output_shape = (124, 124, 64)
next_filter_shape = (5, 5, 64)
batch_shape = (8, 128, 128, 3)
