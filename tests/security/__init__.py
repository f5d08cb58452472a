"""What is checked of the checkout itself: its code, its secrets, what it is made of, and what docs/security.md claims."""
