namespace Cairn.Kernel;

/// <summary>An exception that may not come again: trying once more may help. Retry policies read this mark, never a message.</summary>
#pragma warning disable CA1040 // a mark on exceptions
public interface ITransient;
#pragma warning restore CA1040
