"""The job of ``job.py`` by plain ``dask.dataframe``: ``dask_dataframe_job.py CSV FOLDER WORKERS``.

How a record is judged is taken from ``pandas_job.py``; all else is Dask's: ``read_csv`` in blocks, ``shuffle`` for the
first copies, ``groupby``, ``value_counts`` for the percentiles. It does less than the job: ``read_csv`` cannot tell a
record of too few fields from one whose last fields are empty, and cuts blocks at line feeds, so it fails or miscounts
where one stands inside quotes at the edge of a block.
"""

import sys
from pathlib import Path

import dask.dataframe as dd
import numpy as np
import pandas as pd
from distributed import Client, LocalCluster
from job import COLUMNS, Answer, Group
from pandas_job import DTYPES, GROUP, TEXT, summarise, type_purchases

BLOCK = "32MB"
EXTRA = [f"extra_{number}" for number in range(4)]


def typed(raw: pd.DataFrame, partition_info: dict | None = None) -> pd.DataFrame:
    """Valid purchases of one block with their place in the file."""
    place = partition_info["number"] if partition_info else 0
    whole = raw[(raw[EXTRA[0]] == "") & (raw[COLUMNS[0]] != COLUMNS[0])]
    valid = type_purchases(whole[list(COLUMNS)].astype(DTYPES))
    few = {name: TEXT for name, kind in DTYPES.items() if kind == "category" and name != "customer_age"}
    return valid.astype(few).assign(place=np.int64(place << 40) + valid.index.to_numpy())


def first_copies(valid: pd.DataFrame) -> pd.DataFrame:
    """One row per id, the first in the file."""
    return valid.sort_values("place").drop_duplicates("purchase_id").drop(columns="place")


def main(csv: str, folder: Path, workers: int) -> None:
    """Do the job."""
    cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0")
    with cluster, Client(cluster):
        names = [*COLUMNS, *EXTRA]
        raw = dd.read_csv(
            csv, blocksize=BLOCK, header=None, names=names, dtype=dict.fromkeys(names, "object"), keep_default_na=False
        )
        records = len(raw) - 1
        no_rows = pd.DataFrame({name: pd.Series(dtype="object") for name in names})
        valid = raw.map_partitions(typed, meta=typed(no_rows))
        clean = valid.shuffle("purchase_id").map_partitions(first_copies)
        clean.to_parquet(folder / "clean.parquet", compression="lz4", write_index=False)
        valid_rows = len(valid)
        clean = dd.read_parquet(folder / "clean.parquet")
        revenue = clean.groupby(GROUP).agg({"purchase_amount": ["sum", "size"]}).compute()
        revenue.columns = ["cents", "orders"]
        pairs = clean[[*GROUP, "customer_id"]].drop_duplicates(split_out=workers * 2)
        revenue["customers"] = pairs.groupby(GROUP).size().compute()
        counts = clean["purchase_amount"].value_counts().compute().sort_index()
    revenue["average_basket"] = revenue["cents"] / revenue["orders"]
    figures = summarise(np.repeat(counts.index.to_numpy(np.int64), counts.to_numpy(np.int64)))
    revenue.reset_index().to_parquet(folder / "revenue.parquet")
    pd.DataFrame([figures]).to_parquet(folder / "summary.parquet")
    rows = revenue.reset_index()[[*GROUP, "cents", "orders", "customers"]].astype(object)
    groups = tuple(Group(*one) for one in rows.itertuples(index=False))
    clean_rows = int(revenue["orders"].sum())
    Answer(records, clean_rows, records - valid_rows, valid_rows - clean_rows, groups, figures).write(folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
