// Every test trains models in a process of its own: side by side they would only wait for each other's cores, so they are one collection.
// The browser's tests are another: much of their time is waiting, for a page and for what it draws.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, MaxParallelThreads = 2)]
