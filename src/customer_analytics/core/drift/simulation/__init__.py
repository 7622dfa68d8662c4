"""Known changes, injected to see whether drift finds them."""
