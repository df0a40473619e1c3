"""Listings that run exactly as they are shown."""
