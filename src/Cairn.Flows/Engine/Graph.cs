namespace Cairn.Flows.Engine;

internal static class Graph
{
    /// <exception cref="ArgumentException">The flow can never end: a programming error of whoever built it.</exception>
    public static void Check(Flow flow)
    {
        if (flow.Tasks.Count == 0) throw new ArgumentException($"Flow {flow.Name} has no tasks.", nameof(flow));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var task in flow.Tasks)
        {
            if (!names.Add(task.Name)) throw new ArgumentException($"Flow {flow.Name} has two tasks named {task.Name}.", nameof(flow));
        }

        foreach (var task in flow.Tasks)
        {
            if (task.After.FirstOrDefault(a => !names.Contains(a)) is { } unknown)
                throw new ArgumentException($"Task {task.Name} of flow {flow.Name} comes after {unknown}, which is not there.", nameof(flow));
        }

        var done = new HashSet<string>(StringComparer.Ordinal);
        while (done.Count < flow.Tasks.Count)
        {
            var ready = flow.Tasks.Where(t => !done.Contains(t.Name) && t.After.All(done.Contains)).Select(t => t.Name).ToList();
            if (ready.Count == 0)
                throw new ArgumentException($"Tasks of flow {flow.Name} wait for each other: {string.Join(", ", names.Except(done, StringComparer.Ordinal))}.", nameof(flow));
            done.UnionWith(ready);
        }
    }
}
