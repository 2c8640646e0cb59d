using Cairn.Serving.Live;

namespace Cairn.Serving.Variants;

/// <summary>A row that was answered and is to be scored again.</summary>
/// <param name="By">Who answered it.</param>
/// <param name="Start">Of its <c>{</c> in the body of the request, in bytes.</param>
internal readonly record struct ShadowRow(Guid Id, double Probability, ServedModel By, int Start, int Length);
