"""The wall around student code: one module for each mechanism of the kernel, and what chooses among them."""
