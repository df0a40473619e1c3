"""What a slide is made of, and how it becomes data that Typst lays out. Each kind makes its own slides."""
