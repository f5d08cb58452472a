"""The pipeline's programs as they are, over a model of what is around them: for interleavings by the thousand."""
