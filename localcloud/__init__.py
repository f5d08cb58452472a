"""GCP's protocols on 127.0.0.1: stand-ins that run the deployed code on one machine. Imported by nothing deployed."""
