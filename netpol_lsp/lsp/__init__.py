"""The netpol-lsp language server; the only importer of pygls and lsprotocol."""
