"""What leaves a run: pages of text, charts, and the tidy table for other programs."""
