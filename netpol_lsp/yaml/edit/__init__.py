"""The only builders of YAML edits: every text that a fix or a refactoring writes comes from here.

`mappings` sets, inserts, renames and removes entries; `items` does the same for the items of lists; `entries` replaces
whole entries. All of them keep the style of the text around: indentation,
quotes, flow or block form, line endings and comments. Offsets count code points from the document's start.
"""
