using System.Text.Json.Nodes;
using Cairn.Access;
using Cairn.Api.Tests.Tracking;
using Cairn.Client.Wire;
using Cairn.Tracking;
using Cairn.Unit.Tests.Tracking;

namespace Cairn.Api.Tests.Mlflow;

/// <summary>A store of MLflow, and where it is taken in.</summary>
public abstract class MlflowImportOn : IAsyncLifetime
{
    private protected static readonly string One = MlflowStoreFile.Id(1), Two = MlflowStoreFile.Id(2), Three = MlflowStoreFile.Id(3);

    private int _imports;

    private protected string Folder { get; } = Directory.CreateTempSubdirectory("cairn-mlflow-").FullName;

    private protected TrackingHost Host { get; private set; } = null!;

    private protected MlflowStoreFile Store { get; private set; } = null!;

    private protected MlflowSource Source => new(Store.File, Folder, Path.Combine(Folder, "mlartifacts"), place => place.StartsWith(Folder, StringComparison.Ordinal) ? place : null);

    protected abstract bool Postgres { get; }

    public async ValueTask InitializeAsync()
    {
        Host = await TrackingHost.Start(Postgres);
        Store = new(Path.Combine(Folder, "mlflow.db"));
        Store.Experiment(0, "Default");
    }

    public async ValueTask DisposeAsync()
    {
        Store?.Dispose();
        if (Host is not null) await Host.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected async Task<MlflowImportResult> Take(MlflowSource? source = null, TrackingHost? into = null)
    {
        var host = into ?? Host;
        var import = $"import-{_imports++}";
        foreach (var step in MlflowImport.Steps) (await host.Import.Take(Caller.LocalAdmin, import, source ?? Source, step, (_, _) => { }, default)).Refusal.ShouldBeNull();
        return (await host.Import.Finish(Caller.LocalAdmin, import, source ?? Source, default)).Value;
    }

    private protected void Version(long number, string source, string stage, string? run, string model = "churn") =>
        Store.Insert("model_versions", model, number, 1000 + number, 2000 + number, "", "ada", stage, source, run, "READY", null, "", null);

    private protected static (long Found, long Taken, long Here, long Refused) Count(MlflowImportResult result, string kind) =>
        result.Counts.Single(count => count.Kind == kind) is var count ? (count.Found, count.Taken, count.Here, count.Refused) : default;

    private protected static string Text(JsonNode? node) => node!.GetValue<string>();
}
