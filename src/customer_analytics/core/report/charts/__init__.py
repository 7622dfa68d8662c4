"""Draw aggregates as Plotly figures; the catalog stores them, Kedro-Viz and the summary report show them."""
