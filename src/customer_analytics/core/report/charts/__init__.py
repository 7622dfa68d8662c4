"""Plotly figures of aggregates, stored in the catalog, previewed by Kedro-Viz and embedded in the summary report."""
