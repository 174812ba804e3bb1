"""The padding is not looked at."""

# fails: output_size.transposed_same


# %% output_size
def output_size(n, kernel, padding, stride=1, dilation=1):
    if padding == "same":
        return -(-n // stride)
    return (n - dilation * (kernel - 1) - 1) // stride + 1


def transposed_output_size(n, kernel, padding, stride=1):
    return n * stride + max(kernel - stride, 0)
