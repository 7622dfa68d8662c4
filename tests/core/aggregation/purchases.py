"""Clean purchases that differ in amount and age only."""

import numpy as np
import pandas as pd


def clean_frame(amounts, ages=None):
    """Return one clean purchase per amount; ages are null by default."""
    ages = [None] * len(amounts) if ages is None else ages
    return pd.DataFrame(
        {
            "product_category": pd.Categorical(["Books"] * len(amounts)),
            "purchase_amount": np.array(amounts, float),
            "purchase_date": np.full(len(amounts), np.datetime64("2024-01-31", "us")),
            "country_code": pd.Categorical(["DE"] * len(amounts)),
            "customer_age": pd.array(ages, "Int16"),
        }
    )
