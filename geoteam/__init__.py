"""geoteam: the map that community supervision agencies run their work on."""

__version__ = "0.1.0"
