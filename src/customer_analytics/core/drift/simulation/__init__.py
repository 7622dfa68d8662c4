"""Known changes that are injected into purchases, to measure whether drift detection finds them."""
