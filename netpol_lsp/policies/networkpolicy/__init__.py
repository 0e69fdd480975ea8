"""NetworkPolicy v1: the written policy whose values carry nodes, and what it means after the API server's defaults."""
