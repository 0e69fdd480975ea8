"""`python -m netpol_lsp` is `netpol-lint`."""

from netpol_lsp.cli.main import run

if __name__ == "__main__":
    run()
