"""What each release changed: compared in SQL under the lease, kept in GCS for ever, published with every release."""
