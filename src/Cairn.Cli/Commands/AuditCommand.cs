using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;

namespace Cairn.Cli.Commands;

internal static class AuditCommand
{
    private static readonly Option<int> Limit = Paging.Limit();

    public static Command Build() => new Command("audit", "Show who changed what, newest first") { Limit }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var entries = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListAuditAsync(n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(entries);
            return ExitCode.Ok;
        }

        var table = Tables.New("time", "by", "action", "subject", "detail");
        foreach (var entry in entries) table.With(Format.Time(entry.Time), entry.Caller, entry.Action, entry.Subject, entry.Detail);
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }
}
