"""impedance."""
