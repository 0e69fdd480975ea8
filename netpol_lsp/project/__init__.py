"""What the fronts and all commands stand on: inputs, config files, the batch run, its processes and caches, the workspace."""
