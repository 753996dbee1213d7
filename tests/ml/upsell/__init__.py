"""The upsell forecast on offers with planted causes."""
