"""Exact, mergeable measures: ``of(chunk)``, ``+`` and an empty identity; merging is equal, never close."""
