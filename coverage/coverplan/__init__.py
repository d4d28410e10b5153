"""Venue coverage planning for county science associations."""
