"""The data contract: its columns, settings, table schemas and pandera schema."""
