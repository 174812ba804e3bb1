"""With padding, the size is always that of the input."""

# fails: output_size.same, output_size.dilation


# %% output_size
def output_size(n, kernel, padding, stride=1, dilation=1):
    if padding == "same":
        return n
    return (n - dilation * (kernel - 1) - 1) // stride + 1


def transposed_output_size(n, kernel, padding, stride=1):
    if padding == "same":
        return n * stride
    return n * stride + max(kernel - stride, 0)
