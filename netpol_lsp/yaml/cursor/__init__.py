"""Where the caret is, also on a line that is being typed: `block` for block style, `flow` inside brackets and braces.

The answer is a path of keys and whether a key or a value is expected there. It is worked out from the lines of the text
and not from the tree, because an incomplete line often has none.
"""
