"""The engine: rules, findings, configuration, suppressions."""
