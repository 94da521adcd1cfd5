"""Facts: one SQL file a subject; its header declares what it gives, and the catalogue is read from there."""
