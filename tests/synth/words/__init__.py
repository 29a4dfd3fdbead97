"""The parts of tests/synth.py: words, the file format, the sample's model and the large model."""
