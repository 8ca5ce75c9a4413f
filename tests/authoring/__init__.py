"""The real binary over real HTTP, signals and files: what an outside tester would try."""
