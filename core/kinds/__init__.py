"""What can be asked: one folder a kind."""
