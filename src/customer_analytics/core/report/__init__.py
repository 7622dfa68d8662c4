"""Two HTML pages about a run: the summary report, and the exact statistics around the profile of a sample."""
