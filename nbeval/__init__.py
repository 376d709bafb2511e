"""nbeval: from confidential exports to evaluation reports that a reviewer can re-execute."""
