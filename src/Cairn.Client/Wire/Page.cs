namespace Cairn.Client.Wire;

/// <summary>One page of a list, newest first unless the list says otherwise. No token: this is the last page.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextPageToken = null);
