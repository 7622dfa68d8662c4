"""Compute the hashes of texts, and the partition of each hash."""

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow.text import offsets_and_bytes
from customer_analytics.core.chunks._kernels import hash_texts


def text_hashes(text: pa.StringArray) -> np.ndarray:
    """Return a hash of each text (uint64). Different texts may have the same hash; nulls are hashed as empty texts."""
    return hash_texts(*offsets_and_bytes(text))


def partition_of_hashes(hashes: np.ndarray, bits: int = 8) -> np.ndarray:
    """Return the partition of each hash (uint16): the integer in the highest ``bits`` bits of the hash.

    For example, 8 bits divide 100 million rows into 256 partitions of about 400,000 rows.
    """
    return (hashes >> np.uint64(64 - bits)).astype(np.uint16)
