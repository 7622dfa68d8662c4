"""Plotly figures of a run's aggregates: what the catalog keeps, Kedro-Viz previews and the report embeds."""
