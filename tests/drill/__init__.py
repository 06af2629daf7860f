"""The product killed for real while people record, and what must hold afterwards."""
