using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;

namespace Cairn.Cli.Commands;

internal static class ExplainCommand
{
    private static readonly Argument<string> Id = new("prediction") { Description = "The id of a prediction" };

    public static Command Build() => new Command("explain", "Show why a logged prediction was answered as it was, by the version that answered") { Id }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var explained = await session.Client.ExplainAsync(invocation.Get(Id), cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(explained);
            return ExitCode.Ok;
        }

        var (baseValue, unit, contributions) = explained.Explanation;
        var table = Tables.New("feature", $"#{unit}");
        table.With("(without any)", Say(baseValue));
        foreach (var (feature, contribution) in contributions) table.With(feature, Say(contribution));
        table.With("(together)", Say(baseValue + contributions.Sum(c => c.Contribution)));
        invocation.Terminal.Write(table);
        Terminal.WriteLine($"Answered by {explained.Model} version {explained.Version}, package {Format.Short(explained.PackageDigest)}.");
        return ExitCode.Ok;
    }

    private static string Say(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
}
