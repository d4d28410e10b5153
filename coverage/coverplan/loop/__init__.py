"""The loop: forms out, answers back and merged, quarters frozen and compared."""
