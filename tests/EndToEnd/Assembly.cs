// Most tests start processes that train or serve: many side by side would only wait for each other's cores. But what dies and starts again
// waits for its disk, and what looks at pages for what they draw, so each of these two is a collection beside the rest.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, MaxParallelThreads = 3)]
