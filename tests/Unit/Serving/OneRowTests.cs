using Cairn.Access;
using Cairn.Kernel;
using Cairn.Learning.Models;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Online;
using Cairn.Serving.Variants;
using Cairn.Unit.Tests.Learning.Packages;

namespace Cairn.Unit.Tests.Serving;

public class OneRowTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_warm_row_is_answered_without_allocating(double logged)
    {
        var log = RowLog.Of(new() { Sample = logged }, Caller.LocalAdmin, TimeProvider.System);
        foreach (var trainer in Trainers.All)
        {
            var predictor = TelcoPackage.Of(trainer.Algorithm).Load();
            var served = new ServedModel(new(LogSourceRow.Of(WorkspaceId.Default, "churn", LiveVariant.Champion, "churn", 1, predictor), predictor, () => null), new(predictor));
            byte[][] requests = [.. Enumerable.Range(0, 200).Select(TelcoPackage.Request)];
            var (routing, answer) = (Routing.To(served), AnswerBuffer.Rent());
            Answer();

            var before = GC.GetAllocatedBytesForCurrentThread();
            Answer();

            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0, trainer.Algorithm);

            void Answer()
            {
                foreach (var request in requests)
                {
                    answer.Clear();
                    if (new PredictRows(routing, explain: false, TimeProvider.System, answer, log).Run(request) is not null) throw new InvalidOperationException("The row is good.");
                }
            }
        }
    }
}
