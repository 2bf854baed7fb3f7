"""What lasts: assets, their depreciation, impairment and disposal, and labour that makes them."""
