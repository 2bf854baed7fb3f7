"""The books: chart of accounts, periods, journals, and the rules that post facts to them."""
