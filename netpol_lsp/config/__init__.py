"""The configuration: its file, schema and values, which rules run where, and where each value comes from."""
