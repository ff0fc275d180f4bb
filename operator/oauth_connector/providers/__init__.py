"""What is known of authorization servers beyond the standards: rows, not classes; a quirk is a field with a link."""
