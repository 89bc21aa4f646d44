"""The compiled index: who reaches what in graphs too large to walk, arrays in and arrays out."""
