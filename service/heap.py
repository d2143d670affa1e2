"""What a server's process keeps of the memory it has done with."""

import ctypes
import gc
from contextlib import suppress

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # as in glibc's malloc.h


def spare() -> None:
    """Have glibc hand large blocks back, and keep the small ones of all threads in two heaps: called before the first thread.

    Checking one password takes 19 MB for a tenth of a second. glibc learns from the first such block that blocks of this size
    come often, and from then on keeps it, once for every thread's heap. Other C libraries do not, and have nothing to set here.
    """
    with suppress(OSError, AttributeError, TypeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, 2**20)
        libc.mallopt(M_ARENA_MAX, 2)


def tidy() -> None:
    """Hand back what something large has left: called after a document.

    The parsed parts of a docx hold each other in circles, of which Python learns late; and what lxml has freed of its trees lies
    between what is still in use, where glibc keeps it until it is asked. Together some 20 MB.
    """
    gc.collect()
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
