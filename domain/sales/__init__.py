"""What is sold: opportunities up to the close that starts delivery."""
