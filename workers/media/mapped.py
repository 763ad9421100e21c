"""A file as one piece of memory that the system pages in: a document of 300 MB costs what is looked at of it.

Belongs here: the mapping. It is read-only, so that it does not count as memory of ours.
"""

import ctypes
import mmap
import os
from typing import BinaryIO

from workers.media.plan import MediaFailure


def mapped(source: BinaryIO) -> "ctypes.Array[ctypes.c_char]":
    """The whole file, for a C library; it stays mapped until the process ends. Raises MediaFailure for an empty file,
    MemoryError."""
    size = os.fstat(source.fileno()).st_size
    if size == 0:
        raise MediaFailure("broken_file", "empty")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *(ctypes.c_int,) * 3, ctypes.c_long)
    address = libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_PRIVATE, source.fileno(), 0)
    if address in (None, ctypes.c_void_p(-1).value):
        raise MemoryError
    return (ctypes.c_char * size).from_address(address)
