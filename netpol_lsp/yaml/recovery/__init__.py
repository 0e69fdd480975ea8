"""What can still be known of a document that YAML refuses, and what is most likely wrong with it.

Order of attempts (`read.parse_with_recovery`; each step runs only where the one before found nothing):

1. `prefilter` looks at the text for a moment: most documents need none of what follows.
2. `confusables` finds look-alike characters (no-break spaces, curly quotes, full-width colons); `confusable_repair`
   chooses the reading that fits the schema, and the text is read again through it.
3. `lost_indentation` tells a pasted text whose indentation is gone (`logical_lines`, then the search of `indent_search`
   over the states of `indent_state`). A template is never read this way.
4. The parser reads the text. What it stops at goes to `driver`, which repairs one error a round: `diagnose` tries the
   repairs of `repairs/` near the error, on the part of the text that `excerpt` cuts out, and takes the smallest one after
   which the parser can go on. `offset_map` carries offsets of the repaired text back to the original.
5. Where no repair helps, `driver` spaces lines until the parser can go on; what is found after them is not reported.

Costs and scores. `score.fit` counts points: 1.0 is one field that the schema knows in its place; what does not belong
takes points off. `indent_search` counts costs: 1.0 is about one oddity that a careful author would not write, so
`UNKNOWN_FIELD` (5.0) outweighs several of them, and a reading is certain when the next one costs `SURE` more. The numbers
were found by trying them on real policies whose indentation was removed; the tests of lost indentation pin them.

Invariants: nothing here raises for any text; offsets of what is returned are those of the original text; every round
either moves the error further down or ends; the number of parser runs is bounded.
"""
