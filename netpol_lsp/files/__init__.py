"""Files on disk: reading, atomic writing, finding manifests and config files. Shared by the CLI and the language server."""
