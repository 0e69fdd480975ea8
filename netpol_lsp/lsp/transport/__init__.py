"""The wire: framing, the protocol's own rules, and how the server is run over stdio, TCP and WebSocket."""
