"""Electronic signatures of files: what they cover, whose they are, whether the town's trust list vouches for them."""
