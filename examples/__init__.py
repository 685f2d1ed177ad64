"""Programs that stand beside the platform and speak to it as strangers would. They import none of it."""
