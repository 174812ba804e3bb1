"""Kernels that are smaller than the stride make the output shorter."""

# fails: output_size.transposed_valid


# %% output_size
def output_size(n, kernel, padding, stride=1, dilation=1):
    if padding == "same":
        return -(-n // stride)
    return (n - dilation * (kernel - 1) - 1) // stride + 1


def transposed_output_size(n, kernel, padding, stride=1):
    if padding == "same":
        return n * stride
    return (n - 1) * stride + kernel
