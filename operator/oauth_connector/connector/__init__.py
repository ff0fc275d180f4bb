"""What one pass over one connector knows, asks and concludes; nothing here touches the world."""
