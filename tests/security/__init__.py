"""What is checked of the checkout itself: code, secrets, what it is made of, what docs/security.md claims."""
