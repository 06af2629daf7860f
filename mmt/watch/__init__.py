"""What a machine asks of the product: whether it can serve, and figures of how it does."""
