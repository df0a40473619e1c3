"""What does not change while the server runs: scripts, styles and fonts, named by their content and sent compressed."""
