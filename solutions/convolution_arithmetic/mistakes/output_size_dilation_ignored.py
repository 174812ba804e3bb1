"""The dilation is ignored."""

# fails: output_size.dilation


# %% output_size
def output_size(n, kernel, padding, stride=1, dilation=1):
    if padding == "same":
        return -(-n // stride)
    return (n - kernel) // stride + 1


def transposed_output_size(n, kernel, padding, stride=1):
    if padding == "same":
        return n * stride
    return n * stride + max(kernel - stride, 0)
