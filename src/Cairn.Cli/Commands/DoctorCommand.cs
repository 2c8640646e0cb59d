using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class DoctorCommand
{
    public static Command Build() => new Command("doctor", "Check the installation and the home; says what to do about what is wrong").Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var report = await Examine(invocation, cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(report);
        }
        else
        {
            var table = Tables.New("check", "", "found", "what to do");
            foreach (var check in report.Checks) table.With(check.Name, check.State, check.Found, check.Advice);
            invocation.Terminal.Write(table);
            Terminal.WriteLine(report.Healthy ? "All is well." : "Something is wrong: see above.");
        }

        return report.Healthy ? ExitCode.Ok : ExitCode.Failure;
    }

    private static async Task<DoctorReport> Examine(Invocation invocation, CancellationToken cancellation)
    {
        try
        {
            await using var session = await invocation.Connect(cancellation);
            return await session.Client.DoctorAsync(cancellation: cancellation);
        }
        catch (CairnException declined)
        {
            return new DoctorReport(false, [new DoctorCheck("server", "bad", declined.Code, declined.Problem.Detail)]);
        }
    }
}
