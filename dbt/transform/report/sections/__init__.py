"""The themes of the page: each module makes sections from the story, in words where there is nothing to show."""
