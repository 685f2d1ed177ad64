"""The other sides: what would be written without this project, each as its users would write it."""
