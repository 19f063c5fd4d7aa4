"""What leaves a run: pages of text, and the tidy table for other programs."""
