using System.Diagnostics;

namespace Cairn.Unit.Tests.Learning.Packages;

/// <summary>A second process that computes as a machine without AVX and FMA does: those paths of the C library and of the JIT are switched off.</summary>
internal static class OlderMachine
{
    private const string Folder = "CAIRN_REPLAY_FOLDER";

    /// <value>In the second process: the folder it was given.</value>
    public static string? Given => Environment.GetEnvironmentVariable(Folder);

    /// <param name="test">An explicit test: the full name of its class and its own.</param>
    public static async Task Run(string test, string folder)
    {
        var tests = Path.Combine(AppContext.BaseDirectory, "Cairn.Unit.Tests");
        var start = new ProcessStartInfo(tests, ["-method", test, "-explicit", "only"]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment[Folder] = folder;
        start.Environment["GLIBC_TUNABLES"] = "glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable,-AVX2,-FMA";
        foreach (var instructions in (string[])["AVX", "AVX2", "FMA", "AVX512"]) start.Environment[$"DOTNET_Enable{instructions}"] = "0";
        using var child = Process.Start(start).ShouldNotBeNull();
        var output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        child.ExitCode.ShouldBe(0, output);
    }
}
