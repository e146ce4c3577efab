"""Crisis broadcasts: warnings of others read, the town's own composed, approved, sent and proven."""
