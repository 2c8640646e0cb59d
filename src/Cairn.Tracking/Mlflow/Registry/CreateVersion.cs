using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Tracking.Mlflow.LoggedModels;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>POST model-versions/create: a version logged from outside. Its run may be one that Cairn does not know.</summary>
internal static class CreateVersion
{
    public static void Map(MlflowRoutes routes) => routes.Change("POST", "model-versions/create", Permission.ModelsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var (name, model, request) = call.Read(static (ref ProtoReader reader) =>
        {
            string? name = null, source = null, run = null, model = null, link = null, description = null;
            List<KeyValuePair<string, string>> tags = [];
            while (reader.Next())
            {
                if (reader.Is("name"u8)) name = reader.Text("name");
                else if (reader.Is("source"u8)) source = reader.Text("source");
                else if (reader.Is("run_id"u8)) run = reader.Text("run_id");
                else if (reader.Is("model_id"u8)) model = reader.Text("model_id");
                else if (reader.Is("run_link"u8)) link = reader.Text("run_link");
                else if (reader.Is("description"u8)) description = reader.Text("description");
                else if (reader.Is("tags"u8)) tags = TagJson.Read(ref reader, "tags");
                else reader.Skip();
            }

            return (name, string.IsNullOrEmpty(model) ? null : model, new RegisterVersion(source ?? "", string.IsNullOrEmpty(run) ? null : run, description, TagJson.Checked(tags, Registration.LongestTag), link));
        });
        if (string.IsNullOrEmpty(name)) throw MlflowException.Required("name");
        if (request.Source.Length == 0) throw MlflowException.Required("source");
        if (request.Description?.Length > DescribeModel.Longest) throw MlflowException.TooLong("description", DescribeModel.Longest);
        if ((Names.Value("", "The run link", request.RunLink ?? "", 2000) ?? Names.Value("", "The run id", request.RunId ?? "", 255)) is { } badText) throw MlflowException.Of(badText);

        var now = call.Store.Now;
        var shown = await call.Write(transaction =>
        {
            ModelJson.Require(transaction, call.Workspace, name);
            if (!VersionSource.IsOfPrompt(request)) VersionSource.Check(transaction, call.Workspace, request.Source, request.RunId, model);
            var logged = model ?? VersionJson.LoggedModelOf(request.Source);
            // Clients that register a logged model leave it to the server to know its run.
            var run = request.RunId ?? (logged is null ? null : LoggedModel.Find(transaction, call.Workspace, logged)?.SourceRunId);
            var made = Registration.FromOutside(transaction, call.Caller, name, request with { RunId = string.IsNullOrEmpty(run) ? null : run }, now, runMayBeElsewhere: true);
            if (made.Refusal is { } refusal) throw MlflowException.Of(refusal);
            if (logged is not null) ModelVersionsTag.Add(transaction, call.Workspace, logged, name, made.Value);
            return VersionJson.Shown(transaction, call.Workspace, name, made.Value);
        });
        await VersionJson.Reply(call, shown);
    }
}
