// Every test trains models in a process of its own: side by side they would only wait for each other's cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
