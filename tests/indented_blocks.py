"""The indented blocks of Markdown pages: what a user copies."""


def blocks_of(page: str) -> list[str]:
    """The blocks, without their indentation."""
    found: list[str] = []
    block: list[str] = []
    for line in [*page.splitlines(), "end"]:
        if line.startswith("    ") or (block and not line.strip()):
            block.append(line[4:])
        elif block:
            found.append("\n".join(block).strip() + "\n")
            block = []
    return found
