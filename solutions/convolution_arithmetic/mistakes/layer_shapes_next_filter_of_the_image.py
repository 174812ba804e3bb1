"""The next filter has the channels of the image."""

# fails: layer_shapes.next_filter

# %% layer_shapes
kernel_shape = (5, 5)
filter_shape = (5, 5, 3)
map_shape = (128, 128)
output_shape = (128, 128, 64)
next_filter_shape = (5, 5, 3)
batch_shape = (8, 128, 128, 3)
