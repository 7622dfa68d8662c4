"""The profile of a delivery: how often each value occurs per window. Profiles of chunks can be merged."""
