"""Charts and paths as SVG: plain numbers and words in, markup out; knows nothing of assessments."""
