"""All that is about what left the house, when, and what it rests on: fingerprint, provenance, ledger, signature, verify, bundle."""
