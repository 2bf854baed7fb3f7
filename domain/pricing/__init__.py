"""What an hour is sold for and what a currency is worth."""
