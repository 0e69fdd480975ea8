"""What the server knows: open documents and their snapshots, the workspace, the client, and what is to be worked out when."""
