"""What an editor shows and offers: hovers, completion, inlay hints, symbols, refactorings. No protocol type in it."""
