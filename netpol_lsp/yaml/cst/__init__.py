"""A document as a concrete syntax tree: everything that is written, comments and blank lines included.

Parts of it can be moved to another place, and the rest stays as it is. `tree` has the tree and how it is written out
again, `build` makes it out of a document, `change` turns a change of the tree into edits of the text, `move` and
`convert` are such changes. A document that does not come back to the letter is not touched.
"""
