using Cairn.Serving.Log;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Online;

/// <summary>What every answer passes on its way, whatever protocol asked for it.</summary>
internal sealed record AnswerPath(Admission Admission, PredictionLog Log, ShadowQueue Shadows, TimeProvider Clock);
