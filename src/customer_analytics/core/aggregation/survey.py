"""What one pass over the clean table finds: all that the tables and the drift follow from."""

from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from customer_analytics.core.aggregation.measures import MEASURED_COLUMNS, Measures
from customer_analytics.core.chunks.local import Chunks
from customer_analytics.core.drift.profile.purchase_profile import PROFILED_COLUMNS, ProfileShape, PurchaseProfile

SURVEYED = tuple(dict.fromkeys((*MEASURED_COLUMNS, *PROFILED_COLUMNS)))
"""The columns that :meth:`Survey.of` reads."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Measures and profile of the same clean purchases; ``Survey()`` is the identity."""

    measures: Measures = field(default_factory=Measures)
    profile: PurchaseProfile = field(default_factory=PurchaseProfile)

    @classmethod
    def of(cls, clean: pd.DataFrame, shape: ProfileShape) -> "Survey":
        """The survey of a chunk.

        Args:
            clean: The columns :data:`SURVEYED` of :data:`~customer_analytics.core.contract.schemas.CLEAN`.
            shape: How to cut the profile; its minor unit is that of the measures too.
        """
        return cls(Measures.of(clean, shape.amount_decimals), PurchaseProfile.of(clean, shape))

    def __add__(self, other: "Survey") -> "Survey":
        return Survey(self.measures + other.measures, self.profile + other.profile)


def survey_purchases(clean: Chunks, shape: ProfileShape) -> Survey:
    """The survey of a stream of clean purchases, in one pass over the columns that it needs."""
    zero = Survey(profile=PurchaseProfile(shape))
    return clean.select(SURVEYED).fold(partial(Survey.of, shape=shape), zero)
