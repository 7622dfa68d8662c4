"""Write two HTML pages about a run: the summary report, and the profile report about a sample of its purchases."""
